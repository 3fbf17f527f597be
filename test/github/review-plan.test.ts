import { placementOf, planReview, type PostedComment } from '../../src/github/review-plan.js';
import type { Finding } from '../../src/scan/types.js';

function finding(id: string, line: number, path = 'src/a.py'): Finding {
  return {
    id,
    rule: 'duplicate',
    level: 'warning',
    message: 'm',
    function: { path, name: 'f', language: 'python', startLine: line, endLine: line + 9 },
    twins: [],
    evidence: [],
    changedLine: line,
  };
}

function posted(fingerprint: string, more: Partial<PostedComment> = {}): PostedComment {
  return {
    id: 1,
    nodeId: 'n',
    fingerprint,
    resolved: false,
    replied: false,
    identity: null,
    hidden: 'no',
    ...more,
  };
}

const hunks = new Map([['src/a.py', [[10, 40] as [number, number]]]]);

test('a comment never leaves the hunk of its changed line', () => {
  expect(placementOf(finding('aa', 35), hunks)).toEqual({
    path: 'src/a.py',
    startLine: 35,
    line: 40,
  });
  expect(placementOf(finding('aa', 40), hunks)).toEqual({ path: 'src/a.py', line: 40 });
  expect(placementOf(finding('aa', 41), hunks)).toBeNull();
  expect(placementOf(finding('aa', 12, 'other.py'), hunks)).toBeNull();
});

test('findings over the cap and outside the diff go to the summary, best first', () => {
  const plan = planReview(
    [finding('aa', 10), finding('bb', 99), finding('cc', 12), finding('dd', 14)],
    [],
    hunks,
    2,
  );
  expect(plan.comments.map((c) => c.finding.id)).toEqual(['aa', 'cc']);
  expect(plan.overflow.map((f) => f.id)).toEqual(['bb', 'dd']);
});

test('with few comments, the most serious findings get them', () => {
  const error = { ...finding('cc', 14), level: 'error' as const };
  const plan = planReview([finding('aa', 10), finding('bb', 12), error], [], hunks, 1);
  expect(plan.comments.map((c) => c.finding.id)).toEqual(['cc']);
  expect(plan.overflow.map((f) => f.id)).toEqual(['aa', 'bb']);
});

test('what is posted is not posted again, and counts against the cap', () => {
  const plan = planReview(
    [finding('aa', 10), finding('bb', 12), finding('cc', 14)],
    [posted('aa')],
    hunks,
    2,
  );
  expect(plan.posted.map((f) => f.id)).toEqual(['aa']);
  expect(plan.comments.map((c) => c.finding.id)).toEqual(['bb']);
  expect(plan.overflow.map((f) => f.id)).toEqual(['cc']);
});

test('a resolved thread stays quiet, and what vanished is outdated once', () => {
  const plan = planReview(
    [finding('aa', 10)],
    [
      posted('aa', { resolved: true }),
      posted('bb'),
      posted('cc', { hidden: 'by us' }),
      posted('dd', { resolved: true }),
    ],
    hunks,
    10,
  );
  expect(plan.comments).toEqual([]);
  expect(plan.overflow).toEqual([]);
  expect(plan.quiet.map((f) => f.id)).toEqual(['aa']);
  expect(plan.outdated.map((c) => c.fingerprint)).toEqual(['bb']);
});
