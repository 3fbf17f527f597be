import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/corpus/open-store.js';
import type { CorpusStore } from '../../src/corpus/types.js';
import { testPostgres } from '../fakes/postgres.js';
import { describeStore } from './store-conformance.js';

async function opened(location: string, after: () => void = () => {}) {
  const stores: CorpusStore[] = [];
  const open = async () => {
    const store = await openStore(location);
    stores.push(store);
    return store;
  };
  return {
    store: await open(),
    reopen: open,
    dispose: async () => {
      for (const store of stores) await store.close();
      after();
    },
  };
}

describeStore('a PostgreSQL server', async () =>
  opened(await (await testPostgres()).freshDatabase()),
);

describeStore('a PGlite folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'xccd-pglite-'));
  return opened(`pglite:${join(folder, 'db')}`, () =>
    rmSync(folder, { recursive: true, force: true }),
  );
});
