// Indexes the folder given first into the corpus given second, with a student that takes a moment
// for each batch, so that a test can kill it in the middle.
import { setTimeout as sleep } from 'node:timers/promises';
import { indexRepository } from '../../src/corpus/builder.js';
import { openStore } from '../../src/corpus/open-store.js';
import { fakeStudent } from '../fakes/fake-student.js';

const [source, corpus, pause] = process.argv.slice(2);
const store = await openStore(corpus!);
const student = fakeStudent({ onEncode: () => sleep(Number(pause)) });
await indexRepository({
  source: source!,
  store,
  student,
  onProgress: ({ phase, done }) => process.stdout.write(`${phase} ${done}\n`),
});
await store.close();
process.stdout.write('end\n');
