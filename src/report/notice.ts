import { licenseText } from '../corpus/license-text.js';
import { UserError } from '../errors.js';
import { judgeLicense, type JudgedTerm, type LicensePolicy } from '../scan/license-policy.js';
import { neutraliseLine, safeUrl } from './escape.js';
import { mergeEntries, origins, type NoticeEntry, type NoticeOrigin } from './notice-entries.js';
import { lines as linesOf } from './words.js';

/** Between these lines the notice is written anew each time; what stands outside is people's own. */
const BEGIN = '=== xccd notice: begin (written by `xccd notice`; edit outside of these lines) ===';
const END = '=== xccd notice: end ===';
const TEXTS = 'Texts of these licences';

export interface NoticeOptions {
  policy: LicensePolicy;
  /** Adds the licences' texts. */
  texts: boolean;
}

/** A path or name as one token: in quotes where it would not be one. */
const token = (line: string): string => (/^[^\s",]+$/.test(line) ? line : JSON.stringify(line));

/** What a repository says, as one line of plain text each: as it is read back from a notice. */
function plain({ function: fn, twin }: NoticeEntry): NoticeEntry {
  return {
    function: { ...fn, path: neutraliseLine(fn.path), name: neutraliseLine(fn.name) },
    twin: {
      ...twin,
      repository: neutraliseLine(twin.repository),
      commit: twin.commit === null ? null : neutraliseLine(twin.commit),
      path: neutraliseLine(twin.path),
      name: neutraliseLine(twin.name),
      license: neutraliseLine(twin.license),
      url: safeUrl(twin.url),
    },
  };
}

const untoken = (text: string): string =>
  text.startsWith('"') ? (JSON.parse(text) as string) : text;

const at = (path: string, range: readonly [number, number] | null): string =>
  range === null ? token(path) : `${token(path)}:${linesOf(range)}`;

function copyLine({ function: fn, twin }: NoticeEntry): string {
  const from = at(twin.path, [twin.startLine, twin.endLine]);
  return `    ${at(fn.path, fn.lines)} ${token(fn.name)}, from ${from} ${token(twin.name)}`;
}

function originLines(
  { repository, commit, license, url, entries }: NoticeOrigin,
  terms: readonly JudgedTerm[],
): string[] {
  const duties = terms.flatMap(({ duty }) => (duty === null ? [] : [duty]));
  const texts = terms.flatMap(({ text }) => text ?? []);
  return [
    `* ${token(repository)}${commit === null ? '' : ` at ${token(commit)}`}`,
    ...(url === null ? [] : [`  ${url}`]),
    `  Licence: ${license}`,
    ...texts.map((text) => `  Text: ${text}`),
    ...(NO_LICENCE.test(license)
      ? ['  No licence is known: nothing permits this copy.']
      : duties.map((duty) => `  A copy has to ${duty}.`)),
    '  Copyright: as the files named below state it at their origin; take their lines over.',
    '  Copied or adapted:',
    ...entries.flatMap((entry) => [
      copyLine(entry),
      ...(entry.twin.url === null ? [] : [`      ${entry.twin.url}`]),
    ]),
    '',
  ];
}

const NO_LICENCE = /^(?:NOASSERTION|NONE|)$/i;

function textsOf(ids: readonly string[]): string[] {
  const parts = ids.flatMap((id) => {
    const text = licenseText(id);
    return text === null ? [] : [`--- ${id} ---`, '', text.replace(/\r\n?/g, '\n'), ''];
  });
  return parts.length === 0 ? [] : [TEXTS, '', ...parts];
}

/** The part of a notice that xccd writes, with its marker lines. */
function renderNotice(entries: readonly NoticeEntry[], options: NoticeOptions): string {
  const groups = origins(entries);
  const ids = new Set<string>();
  const listed = groups.flatMap((group) => {
    const { terms } = judgeLicense(group.license, options.policy);
    for (const { license } of terms) ids.add(license.split(' ')[0]!);
    return originLines(group, terms);
  });
  return [
    BEGIN,
    '',
    groups.length === 0
      ? 'Nothing of others is copied here.'
      : 'This project holds code that was copied or adapted from these projects.',
    '',
    ...listed,
    ...(options.texts ? textsOf([...ids].sort()) : []),
    END,
    '',
  ].join('\n');
}

const TOKEN = String.raw`("(?:[^"\\]|\\.)*"|[^\s",]+?)`;
const LINES = String.raw`(?::(\d+)(?:-(\d+))?)?`;
const COPY = new RegExp(`^ {4}${TOKEN}${LINES} ${TOKEN}, from ${TOKEN}${LINES} ${TOKEN}$`);
const ORIGIN = new RegExp(`^\\* ${TOKEN}(?: at ${TOKEN})?$`);

const range = (from: string | undefined, to: string | undefined): [number, number] | null =>
  from === undefined ? null : [Number(from), Number(to ?? from)];

/** The copies that a notice's own part tells of. */
function parsePart(part: string): NoticeEntry[] {
  const entries: NoticeEntry[] = [];
  let origin: { repository: string; commit: string | null } | null = null;
  let license = 'NOASSERTION';
  for (const line of part.split(/\r?\n/)) {
    if (line === TEXTS) break;
    const start = ORIGIN.exec(line);
    if (start)
      origin = { repository: untoken(start[1]!), commit: start[2] ? untoken(start[2]) : null };
    const declared = /^ {2}Licence: (.*)$/.exec(line);
    if (declared) license = declared[1]!;
    const link = /^ {6}(https?:\S+)$/.exec(line);
    if (link && entries.length > 0) entries.at(-1)!.twin.url = link[1]!;
    const copy = COPY.exec(line);
    if (!copy || !origin) continue;
    const [startLine, endLine] = range(copy[6], copy[7]) ?? [1, 1];
    entries.push({
      function: {
        path: untoken(copy[1]!),
        name: untoken(copy[4]!),
        lines: range(copy[2], copy[3]),
      },
      twin: {
        ...origin,
        ...{ path: untoken(copy[5]!), name: untoken(copy[8]!), startLine, endLine, license },
        url: null,
      },
    });
  }
  return entries;
}

interface Parts {
  before: string;
  part: string | null;
  after: string;
}

function split(text: string, file: string): Parts {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 && end < 0) return { before: text, part: null, after: '' };
  if (begin < 0 || end < begin || text.indexOf(BEGIN, begin + 1) >= 0)
    throw new UserError(
      `${file} holds the marker lines of \`xccd notice\` in no order that can be read`,
      'Leave one begin line before one end line, or remove both.',
    );
  const rest = text.slice(end + END.length);
  return {
    before: text.slice(0, begin),
    part: text.slice(begin, end),
    after: rest.replace(/^\r?\n/, ''),
  };
}

/**
 * A notice file with these copies, added to those that it tells of already. What stands outside of
 * the marker lines stays byte for byte; doing it twice is as doing it once.
 *
 * @param existing text of the file; null where there is none
 * @param replace forgets the copies that the file told of
 * @throws UserError when the marker lines in the file are broken
 */
export function updateNotice(
  existing: string | null,
  entries: readonly NoticeEntry[],
  options: NoticeOptions & { file: string; replace?: boolean },
): string {
  const { before, part, after } = split(existing ?? '', options.file);
  const known = part === null || options.replace ? [] : parsePart(part);
  const block = renderNotice(mergeEntries(known, entries.map(plain)), options);
  const gap = part === null && before !== '' ? (before.endsWith('\n') ? '\n' : '\n\n') : '';
  return before + gap + block + after;
}
