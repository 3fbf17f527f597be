import { z } from 'zod';
import { LANGUAGES, type Language } from '../code/types.js';
import { openInput, readJsonLines, type BadLine } from '../student/json-lines.js';
import type { Program } from './program.js';

const cloneSchema = z.object({
  set: z.string(),
  problem: z.string(),
  lang: z.enum(LANGUAGES),
  code: z.string(),
  license: z.string().default('NOASSERTION'),
});

/**
 * Reads programs of a JSONL file of clones: `{"set","problem","lang","code","license"}`; two of the
 * same problem are clones.
 *
 * @throws UserError when there is no such file.
 */
export async function* readClones(
  path: string,
  languages: ReadonlySet<Language>,
  onBadLine: (bad: BadLine) => void,
): AsyncGenerator<Program> {
  for await (const item of readJsonLines(await openInput(path, '--clones'), cloneSchema)) {
    if (item.error !== undefined) {
      onBadLine(item);
      continue;
    }
    const { set, problem, lang, code, license } = item.value;
    if (!languages.has(lang)) continue;
    yield { source: set, problem, language: lang, code, license, form: '' };
  }
}
