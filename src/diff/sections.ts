import { UserError } from '../errors.js';
import { readQuotedPath } from './quoted-path.js';

/** The part of a diff that speaks of one file, checked for completeness. */
export interface Section {
  /** Line of the diff where the section begins, 1-based. */
  line: number;
  from: string | null;
  to: string | null;
  oldMode?: string;
  newMode?: string;
  added: boolean;
  deleted: boolean;
  renamed: boolean;
  copied: boolean;
  binary: boolean;
  /** Blob ids of the `index` line. */
  blobs?: { before: string; after: string };
  /** The hunks' lines as they stand, headers included, without `\ No newline` lines. */
  hunkLines: string[];
  /** Whether the last line of each side lacks a newline. */
  noNewline: { before: boolean; after: boolean };
}

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;
const DEV_NULL = '/dev/null';

/** What is read of a section before its paths are settled. */
interface Draft extends Section {
  git: boolean;
  gitNames: string | null;
  /** `--- ` and `+++ ` as written, unquoted, with their prefix. */
  minus: string | null;
  plus: string | null;
  renameFrom: string | null;
  renameTo: string | null;
  binaryBody: boolean;
  /** True right after a complete hunk. */
  afterHunk: boolean;
}

/** A diff that cannot be read, and where. */
export class DiffError extends UserError {
  constructor(
    readonly line: number,
    readonly what: string,
    remedy: string,
  ) {
    super(`The diff cannot be read: line ${line}: ${what}.`, remedy);
  }
}

function refuse(line: number, what: string, remedy: string): never {
  throw new DiffError(line, what, remedy);
}

const TRUNCATED = 'Pass the whole diff; it seems to have been cut off or edited.';
const MALFORMED =
  'Pass a unified diff as `git diff` or GitHub writes it, unchanged (`git diff base...head`).';

function draft(line: number, git: boolean, gitNames: string | null): Draft {
  return {
    line,
    from: null,
    to: null,
    added: false,
    deleted: false,
    renamed: false,
    copied: false,
    binary: false,
    hunkLines: [],
    noNewline: { before: false, after: false },
    git,
    gitNames,
    minus: null,
    plus: null,
    renameFrom: null,
    renameTo: null,
    binaryBody: false,
    afterHunk: false,
  };
}

/** The path of a header, without quotes and without a time stamp behind a tab. */
function headerPath(text: string, line: number): string {
  if (text.startsWith('"')) {
    const quoted = readQuotedPath(text);
    if (!quoted) refuse(line, 'a quoted path is broken', MALFORMED);
    return quoted.path;
  }
  const tab = text.indexOf('\t');
  return tab < 0 ? text : text.slice(0, tab);
}

/** Both names of `diff --git A B`; null where they differ and cannot be told apart. */
function gitHeaderNames(text: string): [string, string] | null {
  if (text.startsWith('"')) {
    const first = readQuotedPath(text);
    if (!first) return null;
    const rest = first.rest.replace(/^ /, '');
    const second = rest.startsWith('"') ? readQuotedPath(rest)?.path : rest;
    return second === undefined ? null : [first.path, second];
  }
  if (text.endsWith('"')) {
    const at = text.indexOf(' "');
    const second = at < 0 ? null : readQuotedPath(text.slice(at + 1));
    return second ? [text.slice(0, at), second.path] : null;
  }
  // Without quotes a space may be part of the names, but then both sides name the same file.
  if (text.length % 2 === 1) {
    const middle = (text.length - 1) / 2;
    const first = text.slice(0, middle);
    const second = text.slice(middle + 1);
    if (text[middle] === ' ' && (first === second || unprefixed(first) === unprefixed(second)))
      return [first, second];
  }
  const parts = text.split(' ');
  return parts.length === 2 ? [parts[0]!, parts[1]!] : null;
}

const PREFIX = /^[abciwo12]\//;
const unprefixed = (path: string): string => path.replace(PREFIX, '');

/** Settles the paths of a section, once all its headers are read. */
function settle(draft: Draft): Section {
  const names = draft.gitNames === null ? null : gitHeaderNames(draft.gitNames);
  // Prefixes always differ between the two sides (a/ b/, i/ w/, …); equal names carry none.
  const noPrefix = names !== null && names[0] === names[1];
  const strip = (path: string): string => {
    if (noPrefix) return path;
    if (draft.git) return unprefixed(path);
    const minus = draft.minus;
    const plus = draft.plus;
    const prefixed =
      (minus === DEV_NULL || minus?.startsWith('a/')) &&
      (plus === DEV_NULL || plus?.startsWith('b/'));
    return prefixed ? path.slice(2) : path;
  };
  if (draft.minus === DEV_NULL) draft.added = true;
  if (draft.plus === DEV_NULL) draft.deleted = true;
  const side = (
    rename: string | null,
    header: string | null,
    name: string | undefined,
  ): string | null => {
    if (rename !== null) return rename;
    if (header !== null && header !== DEV_NULL) return strip(header);
    return name === undefined ? null : strip(name);
  };
  const from = side(
    draft.renameFrom,
    draft.minus,
    draft.minus === DEV_NULL ? undefined : names?.[0],
  );
  const to = side(draft.renameTo, draft.plus, draft.plus === DEV_NULL ? undefined : names?.[1]);
  draft.from = draft.added ? null : from;
  draft.to = draft.deleted ? null : (to ?? (draft.added ? from : null));
  if (!draft.from && !draft.to)
    refuse(draft.line, 'a file section does not say which file it changes', MALFORMED);
  return draft;
}

/** Whether a section that ends with the text itself may be complete. */
function refuseCutSection(section: Draft, lastLine: number): void {
  const { minus, plus, renameFrom, renameTo } = section;
  if ((minus === null) !== (plus === null) || (renameFrom === null) !== (renameTo === null))
    refuse(lastLine, 'the diff ends within a file header', TRUNCATED);
  if (section.hunkLines.length > 0 || section.binary) return;
  if (plus !== null) refuse(lastLine, 'the diff ends before the first hunk of a file', TRUNCATED);
  const complete =
    renameTo !== null ||
    section.added ||
    section.deleted ||
    (section.oldMode !== undefined && section.oldMode !== section.newMode);
  if (!complete) refuse(lastLine, 'the diff ends within a file header', TRUNCATED);
}

/**
 * Cuts a unified diff into one section per file. Text between the files (commit messages, mail
 * headers, signatures) is passed over.
 *
 * @throws DiffError naming the line, for combined diffs, truncated and malformed input
 */
export function splitSections(text: string): Section[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const sections: Draft[] = [];
  let current: Draft | null = null;
  const begin = (line: number, git: boolean, names: string | null): Draft => {
    current = draft(line, git, names);
    sections.push(current);
    return current;
  };

  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!.endsWith('\r') ? lines[i]!.slice(0, -1) : lines[i]!;
    const number = i + 1;
    const section = current as Draft | null;
    if (line.startsWith('diff --git ')) {
      begin(number, true, line.slice('diff --git '.length));
      continue;
    }
    if (line.startsWith('diff --cc ') || line.startsWith('diff --combined '))
      refuse(
        number,
        'this is a combined diff of a merge, which compares with several parents at once',
        'Compare with one base instead: `git diff base...head`.',
      );
    if (section?.binaryBody) continue;
    if (line.startsWith('--- ') && lines[i + 1]?.startsWith('+++ ')) {
      const target: Draft =
        section && section.git && section.minus === null && section.hunkLines.length === 0
          ? section
          : begin(number, false, null);
      target.minus = headerPath(line.slice(4), number);
      target.plus = headerPath(lines[i + 1]!.slice(4).replace(/\r$/, ''), number + 1);
      target.afterHunk = false;
      i++;
      continue;
    }
    if (!section) continue;
    if (line.startsWith('@@@')) refuse(number, 'this is a combined diff of a merge', MALFORMED);
    if (line.startsWith('@@')) {
      if (section.plus === null) refuse(number, 'a hunk stands before any file header', MALFORMED);
      i = readHunk(lines, i, section);
      continue;
    }
    if (section.afterHunk && /^(\+|-(?!- ?$))/.test(line))
      refuse(number, 'a hunk has more lines than its header announces', MALFORMED);
    section.afterHunk &&= line.startsWith('\\');
    if (section.git && section.hunkLines.length === 0) readHeader(section, line, number);
  }
  const last = sections.at(-1);
  if (last) refuseCutSection(last, lines.length);
  return sections.map(settle);
}

function readHeader(section: Draft, line: string, number: number): void {
  const value = (prefix: string): string | null =>
    line.startsWith(prefix) ? line.slice(prefix.length) : null;
  let text: string | null;
  if ((text = value('old mode ')) !== null) section.oldMode = text;
  else if ((text = value('new mode ')) !== null) section.newMode = text;
  else if ((text = value('new file mode ')) !== null) {
    section.added = true;
    section.newMode = text;
  } else if ((text = value('deleted file mode ')) !== null) {
    section.deleted = true;
    section.oldMode = text;
  } else if ((text = value('rename from ')) !== null) {
    section.renamed = true;
    section.renameFrom = headerPath(text, number);
  } else if ((text = value('rename to ')) !== null) {
    section.renamed = true;
    section.renameTo = headerPath(text, number);
  } else if ((text = value('copy from ')) !== null) {
    section.copied = true;
    section.renameFrom = headerPath(text, number);
  } else if ((text = value('copy to ')) !== null) {
    section.copied = true;
    section.renameTo = headerPath(text, number);
  } else if ((text = value('index ')) !== null) {
    const ids = /^([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})(?: (\d+))?$/.exec(text);
    if (ids) {
      section.blobs = { before: ids[1]!, after: ids[2]! };
      if (ids[3]) section.oldMode = section.newMode = ids[3];
    }
  } else if (line.startsWith('Binary files ') && line.endsWith(' differ')) section.binary = true;
  else if (line === 'GIT binary patch') section.binary = section.binaryBody = true;
}

/** Reads the hunk whose header is `lines[at]`; returns the index of its last line. */
function readHunk(lines: readonly string[], at: number, section: Draft): number {
  const header = HUNK.exec(lines[at]!);
  const numbers = header?.slice(1).map((part) => (part === undefined ? 1 : Number(part)));
  if (!numbers?.every((value) => Number.isSafeInteger(value)))
    refuse(at + 1, 'a hunk header is malformed', MALFORMED);
  let [, oldLeft, , newLeft] = numbers as [number, number, number, number];
  section.hunkLines.push(lines[at]!);
  let i = at;
  let previous = '';
  while (oldLeft > 0 || newLeft > 0) {
    i++;
    if (i >= lines.length) refuse(i, 'the diff ends within a hunk', TRUNCATED);
    const line = lines[i]!;
    const kind = line === '' || line === '\r' ? ' ' : line[0]!;
    if (kind === '\\' && previous !== '') {
      markNoNewline(section, previous);
      continue;
    }
    if (kind === ' ') {
      oldLeft--;
      newLeft--;
    } else if (kind === '-') oldLeft--;
    else if (kind === '+') newLeft--;
    else refuse(i + 1, 'a hunk ends before its announced number of lines', TRUNCATED);
    if (oldLeft < 0 || newLeft < 0)
      refuse(i + 1, 'a hunk has other lines than its header announces', MALFORMED);
    section.hunkLines.push(line);
    previous = kind;
  }
  if (lines[i + 1]?.startsWith('\\') && previous !== '') {
    markNoNewline(section, previous);
    i++;
  }
  section.afterHunk = true;
  return i;
}

function markNoNewline(section: Section, kind: string): void {
  if (kind !== '+') section.noNewline.before = true;
  if (kind !== '-') section.noNewline.after = true;
}
