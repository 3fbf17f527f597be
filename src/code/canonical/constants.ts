// Numbers that a program gives a name.

/** Numbers that the text gives a name in capitals, once: `MOD = 10**9 + 7`. */
export function constantsOf(text: string): Map<string, string> {
  const found = new Map<string, string>();
  if (text.length > 200_000) return found;
  for (const [, name, value] of text.matchAll(
    /(?<![\w.])(?:self::|\$)?([A-Z][A-Z0-9_]+|mod|Mod)(?:\s*:\s*\w+)?\s*:?=\s*([\d_.]+(?:[eE]\d+)?(?:\s*\*\*\s*\d+)?(?:\s*\+\s*\d+)?)(?:[uU]?[lL]{0,2}|_?[iu]\d+)?\s*(?=[;,\n\r)}]|$)/gm,
  )) {
    if (found.has(name!)) {
      found.set(name!, '');
      continue;
    }
    found.set(name!, evaluate(value!));
  }
  for (const [name, value] of found)
    if (value === '' || /^(?:INF|MAX)/.test(name)) found.delete(name);
  return found;
}

/** A sum of a number and a power: `10**9 + 7`, `1e9+7`; '' when it is no safe integer. */
export function evaluate(expression: string): string {
  const [first, second] = expression.replace(/[_\s]/g, '').split('+');
  const [base, exponent] = first!.split('**');
  const value = Number(base) ** Number(exponent ?? 1) + Number(second ?? 0);
  return Number.isSafeInteger(value) ? String(value) : '';
}
