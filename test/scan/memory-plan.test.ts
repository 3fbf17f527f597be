import { UserError } from '../../src/errors.js';
import { LEAST_MEMORY, memoryGuard, memoryPlan } from '../../src/scan/memory-plan.js';

describe('a limit of memory', () => {
  test('gives fewer workers, smaller batches and a smaller cache the lower it is', () => {
    const plans = [LEAST_MEMORY, 500, 800, 4000].map((limit) => memoryPlan(limit, 8));
    for (const [i, plan] of plans.slice(1).entries()) {
      expect(plan.contexts).toBeGreaterThanOrEqual(plans[i]!.contexts);
      expect(plan.corpusCacheBytes).toBeGreaterThanOrEqual(plans[i]!.corpusCacheBytes);
      expect(plan.searchBatch).toBeGreaterThanOrEqual(plans[i]!.searchBatch);
    }
    expect(plans[0]).toMatchObject({ contexts: 1, limit: LEAST_MEMORY });
    expect(plans[3]).toMatchObject({ contexts: 8, searchBatch: 512, corpusCacheBytes: 2 ** 29 });
    expect(memoryPlan(4000, 2).contexts).toBe(2);
  });

  test('that no scan can hold is refused, with the least that one can', () => {
    for (const limit of [0, LEAST_MEMORY - 1, Number.NaN]) {
      let error: unknown;
      try {
        memoryPlan(limit);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(UserError);
      expect((error as UserError).remedy).toContain(String(LEAST_MEMORY));
    }
  });

  test('has garbage collected when the process comes near it, and not before', () => {
    let freed = 0;
    const registry = new FinalizationRegistry(() => freed++);
    const waste = () => {
      for (let i = 0; i < 50; i++) registry.register({ i }, i);
    };
    const settle = () => new Promise((resolve) => setTimeout(resolve, 50));
    return (async () => {
      waste();
      memoryGuard({ limit: 1_000_000 })();
      await settle();
      expect(freed).toBe(0);
      memoryGuard({ limit: 1 })();
      for (let i = 0; i < 40 && freed === 0; i++) await settle();
      expect(freed).toBeGreaterThan(40);
    })();
  });
});
