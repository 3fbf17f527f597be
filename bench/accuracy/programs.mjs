// The labelled programs of dev.jsonl.gz with their canonical forms.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { canonicalize } from '../../dist/code/canonical.js';

/**
 * @typedef {{index: number, set: string, problem: string, language: string, canonical: import('../../dist/code/types.js').Canonical}} Program
 */

/** Problems whose first sha256 byte modulo 5 is 0 or 1 belong to calibration, the others to the test. */
export function isTestProblem(problem) {
  return createHash('sha256').update(problem).digest()[0] % 5 >= 2;
}

/**
 * @param {string} data folder that holds clones/dev.jsonl.gz
 * @returns {Promise<{test: Program[], calibration: Program[], seconds: number}>}
 */
export async function readPrograms(data) {
  const path = `${data}/clones/dev.jsonl.gz`;
  if (!existsSync(path)) {
    process.stderr.write(
      `${path} is not there. Give --data the folder with clones/dev.jsonl.gz.\n`,
    );
    process.exit(2);
  }
  const parts = { test: [], calibration: [] };
  const begin = performance.now();
  for await (const line of createInterface({
    input: createReadStream(path).pipe(createGunzip()),
  })) {
    const { set, problem, lang, code } = JSON.parse(line);
    const part = isTestProblem(problem) ? parts.test : parts.calibration;
    const canonical = await canonicalize(code, lang);
    if (canonical.text === '') continue;
    part.push({ index: part.length, set, problem, language: lang, canonical });
  }
  return { ...parts, seconds: (performance.now() - begin) / 1000 };
}
