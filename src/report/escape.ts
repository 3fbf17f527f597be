/**
 * Names, paths and code come from repositories that nobody here has checked. What is in this file
 * keeps them text: no escape sequence reaches a terminal, no markup comes alive in a page or a
 * comment, and nothing invisible changes how code reads.
 */

/** C0 and C1 controls except tab and newline, DEL. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;
/** Marks and overrides of direction, zero-width and other invisible characters, separators. */
const INVISIBLE =
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb]|[\u{1d173}-\u{1d17a}]|[\u{e0000}-\u{e0fff}]/u;
/** Halves of a surrogate pair that stand alone. */
const LONE = /\p{Surrogate}/u;

const HOSTILE = new RegExp(`${CONTROL.source}|${INVISIBLE.source}|${LONE.source}`, 'gu');

function visible(char: string): string {
  const code = char.codePointAt(0)!.toString(16);
  return `\\u{${code}}`;
}

/**
 * Makes controls, direction marks and invisible characters visible as `\u{…}`. Tabs and newlines
 * stay; CR LF becomes a newline.
 */
export function neutralise(text: string): string {
  return text.replace(/\r\n/g, '\n').replace(HOSTILE, visible);
}

/** `neutralise` for a name or a path: one line, tabs and newlines visible too. */
export function neutraliseLine(text: string): string {
  return neutralise(text).replace(/\n/g, '\\n').replace(/\t/g, '\\t');
}

const HTML: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for HTML, in an element or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return neutralise(text).replace(/[&<>"']/g, (char) => HTML[char]!);
}

/** Where GitHub makes a link of plain text: mentions, issues, addresses; split after the first sign. */
const LIVE = /[@#]|:\/\/|\bwww\.|\bGH-(?=\d)/giu;
/** GitHub links seven and more hexadecimal digits to a commit: six of them, where more follow. */
const COMMIT = /[0-9a-f]{6}(?=[0-9a-f])/gi;
/** Separates without showing; plain text around it is no longer recognised. */
const SEPARATOR = '\u2060';

/** What Markdown reads anywhere, and a colon that could begin an emoji. */
const READ = /[!#$&*<>@[\\\]^_`{|}~]|:(?=\S)/g;
/** What it reads at the beginning of a line alone: lists and underlines of headings. */
const READ_FIRST = /^(\s*)([-+=])|^(\s*\d+)([.)])/;

/**
 * Running text for Markdown: every sign that Markdown reads is escaped, and mentions, issue
 * numbers, commits and addresses are split by a word joiner so that they stay text. Other signs
 * stay as they are, for those who read the source in a mail or a terminal.
 */
export function escapeMarkdown(text: string): string {
  return neutraliseLine(text)
    .replace(LIVE, (match) => match.slice(0, 1) + SEPARATOR + match.slice(1))
    .replace(COMMIT, `$&${SEPARATOR}`)
    .replace(READ, '\\$&')
    .replace(READ_FIRST, '$1$3\\$2$4');
}

/** Longest run of backticks in `text`. */
function longestRun(text: string): number {
  let longest = 0;
  for (const run of text.match(/`+/g) ?? []) longest = Math.max(longest, run.length);
  return longest;
}

/** A code span for Markdown: inside one nothing is a mention, a link or HTML. */
export function inlineCode(text: string): string {
  const line = neutraliseLine(text);
  if (line.trim() === '') return '` `';
  const fence = '`'.repeat(longestRun(line) + 1);
  const pad = /^[` ]|[` ]$/.test(line) ? ' ' : '';
  return `${fence}${pad}${line}${pad}${fence}`;
}

/**
 * The text without the newlines at its end. Not `/\n+$/`, which takes a time that grows with the
 * square of the newlines inside the text.
 */
export function withoutEndLines(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 10) end -= 1;
  return text.slice(0, end);
}

/** `inlineCode` for a cell of a table, where a bar ends the cell even inside of code. */
export function cellCode(text: string): string {
  return inlineCode(text.replaceAll('|', '\\u{7c}'));
}

/** A fenced block for Markdown, its fence longer than any run of backticks in the code. */
export function codeBlock(code: string, language = ''): string {
  const text = withoutEndLines(neutralise(code));
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language.replace(/[^a-z0-9+#-]/gi, '')}\n${text}\n${fence}`;
}

/**
 * The address if it is a plain http(s) one without credentials, in its serialised form, in which
 * only characters stand that are safe in HTML attributes and Markdown destinations; else null.
 */
export function safeUrl(url: string | null | undefined): string | null {
  if (!url) return null;
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return null;
  }
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') return null;
  if (parsed.username || parsed.password) return null;
  return parsed.href.replace(/[\s<>()[\]{}|\\^`"'*~!@\u0080-\u{10ffff}]/gu, percent);
}

function percent(char: string): string {
  return [...new TextEncoder().encode(char)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}
