/**
 * Reads JSON lines `{language, code, canonical, blind}` from stdin and prints the canonical form of
 * `blind` for each, one per line.
 *
 *   node training/ports/canonical-lines.mjs DIST < lines
 *
 * `canonical` is the form of `code` in its file. A method alone may read otherwise than inside its
 * class, so the surroundings (none, a class, `<?php class`) are those under which `code` alone gives
 * `canonical`; the last resort is replacing the words of the name in the tokens.
 */
import { createInterface } from 'node:readline';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const { canonicalize } = await import(
  pathToFileURL(join(resolve(process.argv[2] ?? 'dist'), 'code', 'canonical.js')).href
);

const CLASSED = new Set([
  'javascript',
  'typescript',
  'java',
  'csharp',
  'php',
  'cpp',
  'kotlin',
  'swift',
  'scala',
]);
const SURROUNDINGS = [
  (code) => code,
  (code, language) =>
    CLASSED.has(language)
      ? `${language === 'php' ? '<?php ' : ''}class Xq {\n${code}\n}${language === 'cpp' ? ';' : ''}`
      : null,
  (code, language) =>
    language === 'javascript' || language === 'typescript'
      ? `const xq = {\n${code}\n};`
      : language === 'php'
        ? `<?php ${code}`
        : language === 'rust'
          ? `impl Xq {\n${code}\n}`
          : null,
];

const form = async (code, language) => {
  try {
    return (await canonicalize(code, language)).text;
  } catch {
    return ''; // a text that the parser gives up on has an empty form
  }
};

function replaceWords(canonical, words, by) {
  const tokens = canonical.split(' ');
  const kept = [];
  for (let at = 0; at < tokens.length;) {
    if (words.length > 0 && words.every((word, i) => tokens[at + i] === word)) {
      kept.push(by);
      at += words.length;
    } else kept.push(tokens[at++]);
  }
  return kept.join(' ');
}

const ways = [0, 0, 0, 0];
let pending = [];
for await (const line of createInterface({ input: process.stdin })) {
  if (line === '') continue;
  const { language, code, canonical, blind, words, by } = JSON.parse(line);
  let text = blind === code ? canonical : undefined;
  for (const [way, around] of SURROUNDINGS.entries()) {
    if (text !== undefined) break;
    const whole = around(code, language);
    if (whole === null || (await form(whole, language)) !== canonical) continue;
    text = await form(around(blind, language), language);
    ways[way]++;
  }
  if (text === undefined) {
    text = replaceWords(canonical, words, by);
    ways[3]++;
  }
  pending.push(text);
  if (pending.length >= 500) {
    process.stdout.write(`${pending.join('\n')}\n`);
    pending = [];
  }
}
process.stdout.write(pending.length > 0 ? `${pending.join('\n')}\n` : '');
console.error(
  `blinded: ${ways[0]} as they stand, ${ways[1]} in a class, ${ways[2]} otherwise, ${ways[3]} by their tokens`,
);
