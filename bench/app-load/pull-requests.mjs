import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { asFile, EXTENSIONS } from '../function-file.mjs';

const sha = (text) => createHash('sha1').update(text).digest('hex');

/** Of a pull request, by number: the demo's change ports functions of the demo's corpus. */
const EVERY = 5;
const FILES = 3;

function added(text) {
  const lines = text.split('\n').length - 1;
  const patch = `@@ -0,0 +1,${lines} @@\n${text.replace(/\n$/, '').replace(/^/gm, '+')}`;
  return { before: null, after: text, patch };
}

/**
 * Pull requests that each add three files with a real function; every fifth one adds a port too.
 *
 * @param functions real ones, as {lang, code}
 * @param first number of the first pull request
 */
export function makePulls(functions, count, first) {
  const port = readFileSync(new URL('../../demo/change/after/text/similarity.py', import.meta.url));
  return Array.from({ length: count }, (_, i) => {
    const number = first + i;
    const files = {};
    for (let j = 0; j < FILES; j++) {
      const fn = functions[(number * FILES + j) % functions.length];
      files[`src/f${j}.${EXTENSIONS[fn.lang]}`] = added(asFile(fn));
    }
    if (i % EVERY === 0) files['src/similarity.py'] = added(`# ${number}\n${port}`);
    return { number, headSha: headOf(number, 0), baseSha: sha(`base ${number}`), files };
  });
}

/** Head of a pull request after its nth push. */
export function headOf(number, pushes) {
  return sha(`head ${number} ${pushes}`);
}
