// Prints the words that the canonical form shares among languages, one a line (after npm run build):
//
//   node training/shared-words.mjs > training/shared_words.txt
//
// Identifier blinding in training leaves them alone.
import { OPERATORS } from '../dist/code/canonical/operators.js';
import { vocabularyOf } from '../dist/code/canonical/vocabulary.js';
import { LANGUAGES } from '../dist/code/types.js';

const words = new Set(Object.values(OPERATORS));
for (const language of LANGUAGES) {
  const { calls, names } = vocabularyOf(language);
  for (const word of [...Object.values(calls), ...Object.values(names)]) words.add(word);
}
words.delete('');
process.stdout.write(`${[...words].sort().join('\n')}\n`);
