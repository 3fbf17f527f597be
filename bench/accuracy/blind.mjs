// Hides every name of a canonical form.
import { createHash } from 'node:crypto';
import { isPunctuation, isShared } from '../../dist/student/terms.js';
import { seededRandom } from '../../dist/student/metrics.js';

/**
 * A canonical form in which every word that is not of the shared vocabulary has become v0, v1, …:
 * the same word gets the same new name within a form, another one in every other form. Words of
 * strings are renamed as well, because the form does not mark where a string ends.
 */
export function blind(canonical, seed) {
  const names = new Map();
  const random = seededRandom(seed);
  const taken = new Set();
  const tokens = canonical.text.split(' ').map((token) => {
    if (isShared(token) || isPunctuation(token) || !/^\p{L}/u.test(token)) return token;
    let name = names.get(token);
    while (name === undefined) {
      const candidate = `v${Math.floor(random() * 100)}`;
      if (!taken.has(candidate) || taken.size >= 100) name = candidate;
    }
    taken.add(name);
    names.set(token, name);
    return name;
  });
  const text = tokens.join(' ');
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 32);
  return { ...canonical, text, hash };
}
