import { openInput, readJsonLines, type BadLine } from '../student/json-lines.js';
import { labelledPairSchema } from '../student/pairs.js';
import type { PairLine, Split } from './pair-line.js';
import { Groups } from './groups.js';
import { share, shortId } from './program.js';

/** Where a problem, or a group of a team's pairs, goes: by its name and the seed alone. */
export function splitOf(seed: number, name: string): Split {
  const at = share(seed, name);
  if (at < 0.1) return 'validation';
  return at < 0.3 ? 'test-same' : 'train';
}

/**
 * Reads a team's labelled pairs. Pairs that share a side, directly or through others, go into the
 * same split, so that nothing of a test has been trained on.
 */
export async function readLabelledPairs(
  path: string,
  seed: number,
  onBadLine: (bad: BadLine) => void,
): Promise<PairLine[]> {
  const lines: Omit<PairLine, 'split'>[] = [];
  const groups = new Groups();
  for await (const item of readJsonLines(await openInput(path, '--labelled'), labelledPairSchema)) {
    if (item.error !== undefined) {
      onBadLine(item);
      continue;
    }
    const { a, b, label } = item.value;
    if (!('code' in a) || !('code' in b)) {
      onBadLine({ line: item.line, id: item.value.id ?? null, error: 'a side has no "code"' });
      continue;
    }
    const id = `team-${shortId(a.language, a.code, b.language, b.code)}`;
    const languages = [a.language, b.language].sort().join('-');
    lines.push({ id, a, b, label, languages, negative: null, source: 'team' });
    groups.join(shortId(a.code), shortId(b.code));
  }
  return lines.map((line) => ({
    ...line,
    split: splitOf(seed, groups.nameOf(shortId(line.a.code))),
  }));
}
