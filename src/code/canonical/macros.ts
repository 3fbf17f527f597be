/**
 * Contest programs in C and C++ hide loops and containers behind macros (`rep(i, n)`). The parser
 * sees none of that, so the text's own simple macros are written out before it is parsed. Line
 * breaks stay where they are, and with them the line numbers.
 */

interface Macro {
  params?: string[];
  body: string;
}

const LOOP = 'for(int A=B;A<C;A++)';

/** Macros so common that programs are often kept without their definition. */
const COMMON: Record<string, Macro> = {
  rep: { params: ['A', 'C'], body: LOOP.replace('B', '0') },
  REP: { params: ['A', 'C'], body: LOOP.replace('B', '0') },
  FOR: { params: ['A', 'B', 'C'], body: LOOP },
  all: { params: ['A'], body: 'A.begin(),A.end()' },
};

const MAX_TEXT = 300_000;

function collect(text: string): Map<string, Macro> {
  const macros = new Map<string, Macro>();
  for (const match of text.matchAll(
    /^[ \t]*#[ \t]*define[ \t]+(\w+)(\(([^)\n]*)\))?((?:\\\r?\n|[^\n])*)/gm,
  )) {
    const [, name, parens, params, rest] = match;
    const body = rest!
      .replace(/\\\r?\n/g, ' ')
      .replace(/\/\/.*$/, '')
      .trim();
    if (body === '' || body.length > 160 || body.includes('#') || body.includes('__VA_ARGS__'))
      continue;
    if (parens !== undefined)
      macros.set(name!, { params: params!.split(',').map((param) => param.trim()), body });
    else if (/^[\w\s:<>,*.()+-]+$/.test(body) && body !== name) macros.set(name!, { body });
  }
  return macros;
}

/** The arguments of a call whose `(` stands at `open`, and where it ends. */
function argumentsAt(text: string, open: number): { values: string[]; end: number } | undefined {
  const values: string[] = [];
  let depth = 0;
  let from = open + 1;
  for (let i = open; i < text.length && i < open + 400; i++) {
    const c = text[i];
    if (c === '(' || c === '[' || c === '{') depth++;
    else if (c === ')' || c === ']' || c === '}') {
      depth--;
      if (depth === 0) {
        values.push(text.slice(from, i).trim());
        return { values, end: i + 1 };
      }
    } else if (c === ',' && depth === 1) {
      values.push(text.slice(from, i).trim());
      from = i + 1;
    } else if (c === '"' || c === "'") {
      for (i++; i < text.length && text[i] !== c && text[i] !== '\n'; i++)
        if (text[i] === '\\') i++;
    }
  }
  return undefined;
}

function expand(text: string, macros: Map<string, Macro>, depth: number): string {
  const names = /[A-Za-z_]\w*/g;
  let out = '';
  let last = 0;
  for (let match = names.exec(text); match; match = names.exec(text)) {
    const macro = macros.get(match[0]);
    if (!macro) continue;
    const lineStart = text.lastIndexOf('\n', match.index) + 1;
    if (/^\s*#/.test(text.slice(lineStart, match.index))) continue;
    let end = match.index + match[0].length;
    let body = macro.body;
    if (macro.params) {
      const open = /^\s*\(/.exec(text.slice(end, end + 20));
      if (!open) continue;
      const call = argumentsAt(text, end + open[0].length - 1);
      if (!call || call.values.length !== macro.params.length) continue;
      const byName = new Map(macro.params.map((param, i) => [param, call.values[i]!]));
      body = body.replace(/[A-Za-z_]\w*/g, (word) => byName.get(word) ?? word);
      end = call.end;
    }
    if (depth < 3) {
      const inner = new Map(macros);
      inner.delete(match[0]);
      body = expand(body, inner, depth + 1);
    }
    const breaks = text.slice(match.index, end).match(/\n/g)?.length ?? 0;
    out += text.slice(last, match.index) + body.replace(/\n/g, ' ') + '\n'.repeat(breaks);
    if (out.length > MAX_TEXT * 2) return text;
    last = end;
    names.lastIndex = end;
  }
  return out + text.slice(last);
}

/** `text` with its simple macros written out; the same text when it has none. */
export function expandMacros(text: string): string {
  if (text.length > MAX_TEXT) return text;
  const macros = collect(text);
  for (const [name, macro] of Object.entries(COMMON))
    if (
      !macros.has(name) &&
      new RegExp(`\\b${name}\\s*\\(\\s*\\w+`).test(text) &&
      (name !== 'all' || /\ball\(\w+\)/.test(text)) &&
      !new RegExp(`\\b(?:void|int|bool|auto)\\s+${name}\\s*\\(`).test(text)
    )
      macros.set(name, macro);
  return macros.size === 0 ? text : expand(text, macros, 0);
}
