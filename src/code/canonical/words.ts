/** Splits an identifier into lower-case words: `maxTwoSum_2` -> max two sum 2. */
export function wordsOf(identifier: string): string[] {
  const found = wordCache.get(identifier);
  if (found) return found;
  const words =
    identifier
      .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
      .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
      .replace(/(\p{L}{2})(\d)/gu, '$1 $2')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  if (wordCache.size > 50_000) wordCache.clear();
  wordCache.set(identifier, words);
  return words;
}

const wordCache = new Map<string, string[]>();

/** A number literal without suffix, separators and base prefix; scientific notation spelled out. */
export function numberOf(literal: string): string {
  let text = literal.toLowerCase().replace(/[_'\s]/g, '');
  const based = /^0(x|b|o)([0-9a-f]+?)(?:[iu](?:8|16|32|64|128|size)|u?l{0,2}|n)$/.exec(text);
  if (based) {
    const value = Number(`0${based[1]}${based[2]}`);
    return Number.isSafeInteger(value) ? String(value) : (based[2] ?? text);
  }
  text = text.replace(/(?:[iu](?:8|16|32|64|128|size)|f(?:32|64)|u?l{1,2}u?|[ufdmnlri])$/, '');
  if (/^\d*\.?\d+e[+-]?\d+$|^\d+\.e?\d*$|^\d*\.\d+$/.test(text)) {
    const value = Number(text);
    if (Number.isSafeInteger(value)) return String(value);
    return text.replace(/^\./, '0.').replace(/(\.\d*?)0+$/, '$1');
  }
  return text.replace(/^0+(?=\d)/, '') || '0';
}

/** Words of a string literal that stay: format directives, escapes and all past the cut go. */
export function stringWords(content: string): string[] {
  const words = content
    .slice(0, 200)
    .replace(/%[-+ #0]*[\d*]*(?:\.[\d*]+)?(?:hh|h|ll|l|z|L)?[diouxXeEfFgGcspvtqT%]/g, ' ')
    .replace(/\{[\w:.#?<>^]*\}/g, ' ')
    .replace(/\\[nrt0abfv]|\\u\{?[0-9a-fA-F]+\}?|\\x[0-9a-fA-F]{2}/g, ' ')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}\\]/gu);
  return words ? words.slice(0, 8) : [];
}
