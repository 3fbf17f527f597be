import { createHash } from 'node:crypto';
import type {
  CorpusFunction,
  CorpusStatistics,
  CorpusStore,
  CorpusStudent,
  Neighbour,
  RepositoryRecord,
  SearchFilter,
} from './types.js';

/**
 * Several corpora of one student, searched and read as one. Of a repository that more than one of
 * them holds, the first one's functions count. Function ids tell the corpora apart.
 */
export class UnionStore implements CorpusStore {
  readonly location: string;

  /**
   * @param stores at least one
   * @param owned those that the union closes; all of them by default
   */
  constructor(
    private readonly stores: readonly [CorpusStore, ...CorpusStore[]],
    private readonly owned: readonly CorpusStore[] = stores,
  ) {
    this.location = stores.map((store) => store.location).join(' + ');
  }

  /** The first corpus. */
  get first(): CorpusStore {
    return this.stores[0];
  }

  async student(): Promise<CorpusStudent | null> {
    for (const store of this.stores) {
      const student = await store.student();
      if (student) return student;
    }
    return null;
  }

  async repositories(): Promise<RepositoryRecord[]> {
    const all: RepositoryRecord[] = [];
    for (const [store, hidden] of await this.parts()) {
      all.push(...(await store.repositories()).filter(({ name }) => !hidden.has(name)));
    }
    return all.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async fileHashes(repository: string): Promise<Map<string, string>> {
    return (await this.holderOf(repository)).fileHashes(repository);
  }

  async search(
    queries: readonly Float32Array[],
    k: number,
    filter: SearchFilter = {},
  ): Promise<Neighbour[][]> {
    const merged: Neighbour[][] = queries.map(() => []);
    for (const [store, hidden, which] of await this.parts()) {
      const found = await store.search(queries, k, without(filter, hidden));
      for (const [i, neighbours] of found.entries()) {
        merged[i]!.push(
          ...neighbours.map(({ function: fn, score }) => ({
            function: this.renumbered(fn, which),
            score,
          })),
        );
      }
    }
    return merged.map((neighbours) =>
      neighbours.sort((a, b) => b.score - a.score || a.function.id - b.function.id).slice(0, k),
    );
  }

  /** The functions of one corpus after the other's. */
  async *functions(filter: SearchFilter = {}): AsyncIterable<CorpusFunction> {
    for (const [store, hidden, which] of await this.parts()) {
      for await (const fn of store.functions(without(filter, hidden)))
        yield this.renumbered(fn, which);
    }
  }

  async count(): Promise<number> {
    let count = 0;
    for (const [store, hidden] of await this.parts()) {
      count += await store.count();
      if (hidden.size === 0) continue;
      for (const { name, functions } of await store.repositories()) {
        if (hidden.has(name)) count -= functions;
      }
    }
    return count;
  }

  async statistics(): Promise<CorpusStatistics> {
    const sum: CorpusStatistics = { languages: {}, licenses: {}, idioms: 0 };
    const add = (to: Record<string, number>, from: Record<string, number>) => {
      for (const [name, n] of Object.entries(from)) to[name] = (to[name] ?? 0) + n;
    };
    for (const store of this.stores) {
      const part = await store.statistics?.();
      if (!part) continue;
      add(sum.languages, part.languages);
      add(sum.licenses, part.licenses);
      sum.idioms += part.idioms;
    }
    return sum;
  }

  async snapshot(): Promise<string> {
    if (this.stores.length === 1) return this.first.snapshot();
    const hash = createHash('sha256');
    for (const store of this.stores) hash.update(`${await store.snapshot()}\n`);
    return hash.digest('hex').slice(0, 32);
  }

  async close(): Promise<void> {
    for (const store of this.owned) await store.close();
  }

  async pinned(): Promise<CorpusStore> {
    const owned: CorpusStore[] = [];
    const pin = async (store: CorpusStore) => {
      const pinned = await store.pinned?.();
      if (pinned) owned.push(pinned);
      return pinned ?? store;
    };
    const [first, ...others] = this.stores;
    const stores: [CorpusStore, ...CorpusStore[]] = [await pin(first)];
    for (const store of others) stores.push(await pin(store));
    return new UnionStore(stores, owned);
  }

  setStudent(): Promise<void> {
    return readOnly();
  }
  upsertRepository(): Promise<void> {
    return readOnly();
  }
  putFiles(): Promise<void> {
    return readOnly();
  }
  removeFiles(): Promise<void> {
    return readOnly();
  }
  removeRepository(): Promise<boolean> {
    return readOnly();
  }
  markIdioms(): Promise<void> {
    return readOnly();
  }

  /** Each corpus, the repositories that an earlier one holds, too, and its number. */
  private async parts(): Promise<[CorpusStore, ReadonlySet<string>, number][]> {
    const parts: [CorpusStore, ReadonlySet<string>, number][] = [];
    const seen = new Set<string>();
    for (const [which, store] of this.stores.entries()) {
      if (this.stores.length === 1) return [[store, seen, which]];
      const names = (await store.repositories()).map(({ name }) => name);
      parts.push([store, new Set(names.filter((name) => seen.has(name))), which]);
      for (const name of names) seen.add(name);
    }
    return parts;
  }

  private async holderOf(repository: string): Promise<CorpusStore> {
    for (const store of this.stores) {
      if ((await store.repositories()).some(({ name }) => name === repository)) return store;
    }
    return this.first;
  }

  /** Changed in place: what a function holds may be unpacked only when asked for. */
  private renumbered(fn: CorpusFunction, which: number): CorpusFunction {
    fn.id = fn.id * this.stores.length + which;
    return fn;
  }
}

function without(filter: SearchFilter, hidden: ReadonlySet<string>): SearchFilter {
  if (hidden.size === 0) return filter;
  return { ...filter, excludeRepositories: [...(filter.excludeRepositories ?? []), ...hidden] };
}

async function readOnly(): Promise<never> {
  throw new Error('corpora that are searched together are not written to');
}
