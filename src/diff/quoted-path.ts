const ESCAPES: Record<string, number> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  '"': 34,
  '\\': 92,
};

/**
 * Reads one path of a diff header: git puts paths with special or non-ASCII bytes in double quotes,
 * with C escapes and octal bytes (`"\303\244.py"` is `ä.py`).
 *
 * @param text a header's rest, beginning with the path
 * @returns the path and what follows it, or null when a quote is not closed or an escape is unknown
 */
export function readQuotedPath(text: string): { path: string; rest: string } | null {
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  let i = 1;
  while (i < text.length) {
    const char = text[i]!;
    if (char === '"') {
      const path = new TextDecoder().decode(new Uint8Array(bytes));
      return { path, rest: text.slice(i + 1) };
    }
    if (char !== '\\') {
      const point = String.fromCodePoint(text.codePointAt(i)!);
      bytes.push(...encoder.encode(point));
      i += point.length;
      continue;
    }
    const octal = /^[0-3][0-7]{2}/.exec(text.slice(i + 1, i + 4));
    if (octal) {
      bytes.push(parseInt(octal[0], 8));
      i += 4;
      continue;
    }
    const escape = ESCAPES[text[i + 1] ?? ''];
    if (escape === undefined) return null;
    bytes.push(escape);
    i += 2;
  }
  return null;
}
