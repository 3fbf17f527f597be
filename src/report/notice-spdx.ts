import { createHash } from 'node:crypto';
import { UserError } from '../errors.js';
import { isLicenseExpression } from '../scan/license-policy.js';
import { VERSION } from '../version.js';
import { mergeEntries, origins, type NoticeEntry, type NoticeOrigin } from './notice-entries.js';
import { lines as linesOf } from './words.js';

export interface SpdxOptions {
  /** Name of the project that holds the copies. */
  project: string;
  /** When the document is made. */
  created: Date;
  /** Contents of a file of the project; null where there is none. */
  read: (path: string) => Uint8Array | null;
}

const digest = (algorithm: 'sha1' | 'sha256', content: Uint8Array | string): string =>
  createHash(algorithm).update(content).digest('hex');

/** First and last byte of lines of a file, 1-based as SPDX counts them; null where it is shorter. */
function byteRange(content: Uint8Array, [from, to]: readonly [number, number]) {
  let line = 1;
  let start = from === 1 ? 0 : -1;
  for (let i = 0; i < content.length; i++) {
    if (content[i] !== 10) continue;
    if (line === to) return start < 0 ? null : { start: start + 1, end: i + 1 };
    line++;
    if (line === from) start = i + 1;
  }
  return line === to && start >= 0 && start < content.length
    ? { start: start + 1, end: content.length }
    : null;
}

const licenseOf = (license: string): string =>
  /^(?:NOASSERTION|NONE|)$/i.test(license) || !isLicenseExpression(license)
    ? 'NOASSERTION'
    : license;

function packageOf(origin: NoticeOrigin, id: string) {
  const license = licenseOf(origin.license);
  return {
    SPDXID: id,
    name: origin.repository,
    ...(origin.commit === null ? {} : { versionInfo: origin.commit }),
    downloadLocation:
      origin.url === null
        ? 'NOASSERTION'
        : `git+${origin.url}${origin.commit === null ? '' : `@${origin.commit}`}`,
    filesAnalyzed: false,
    licenseConcluded: license,
    licenseDeclared: license,
    copyrightText: 'NOASSERTION',
  };
}

function readFile(path: string, read: SpdxOptions['read']): Uint8Array {
  const content = read(path);
  if (content) return content;
  throw new UserError(
    `${path} is not there, and an SPDX document names the checksum of every file`,
    'Run this in the checkout that was scanned, or leave the entry out with a report made anew.',
  );
}

function snippetOf(
  { function: fn, twin }: NoticeEntry,
  id: string,
  file: { id: string; content: Uint8Array },
) {
  const whole = { start: 1, end: file.content.length };
  const bytes = fn.lines === null ? whole : byteRange(file.content, fn.lines);
  if (!bytes)
    throw new UserError(
      `${fn.path} has no lines ${linesOf(fn.lines!)}: it has changed since the scan`,
      'Scan again, and make the document from the new report.',
    );
  const pointer = (key: 'offset' | 'lineNumber', from: number, to: number) => ({
    startPointer: { reference: file.id, [key]: from },
    endPointer: { reference: file.id, [key]: to },
  });
  const license = licenseOf(twin.license);
  return {
    SPDXID: id,
    name: fn.name,
    snippetFromFile: file.id,
    ranges: [
      pointer('offset', bytes.start, bytes.end),
      ...(fn.lines === null ? [] : [pointer('lineNumber', ...fn.lines)]),
    ],
    licenseConcluded: license,
    licenseInfoInSnippets: ['NOASSERTION'],
    copyrightText: 'NOASSERTION',
    comment: `Copied or adapted from ${twin.name}, ${twin.path}:${linesOf([twin.startLine, twin.endLine])} of ${twin.repository}${twin.url === null ? '' : `, ${twin.url}`}`,
  };
}

/** Licences with ids of somebody's own need an entry; nobody here has their text. */
function ownLicenses(entries: readonly NoticeEntry[]) {
  const ids = new Set(
    entries.flatMap(({ twin }) => licenseOf(twin.license).match(/\bLicenseRef-[\w.-]+/g) ?? []),
  );
  return [...ids].sort().map((licenseId) => ({
    licenseId,
    extractedText: `The text of ${licenseId} is not known here; a person must read its terms where the code comes from.`,
  }));
}

/**
 * The copies as an SPDX 2.3 document: a package for each origin, a file for each file of the project
 * that holds copies, and a snippet for each copy.
 *
 * @throws UserError when a file is missing or has become shorter than a copy in it
 */
export function renderSpdx(entries: readonly NoticeEntry[], options: SpdxOptions): string {
  const ordered = mergeEntries(entries);
  const groups = origins(ordered);
  const packages = groups.map((origin, i) => packageOf(origin, `SPDXRef-Origin-${i + 1}`));
  const paths = [...new Set(ordered.map(({ function: fn }) => fn.path))].sort();
  const files = new Map(
    paths.map((path, i) => [
      path,
      { id: `SPDXRef-File-${i + 1}`, content: readFile(path, options.read) },
    ]),
  );
  const relationships: object[] = [
    {
      spdxElementId: 'SPDXRef-DOCUMENT',
      relationshipType: 'DESCRIBES',
      relatedSpdxElement: 'SPDXRef-Project',
    },
  ];
  const relate = (from: string, type: string, to: string): void => {
    relationships.push({
      spdxElementId: from,
      relationshipType: type,
      relatedSpdxElement: to,
    });
  };
  // A package whose files are not all looked at may contain none.
  for (const { id } of files.values()) relate('SPDXRef-DOCUMENT', 'DESCRIBES', id);
  const snippets: object[] = [];
  for (const [i, { entries: copies }] of groups.entries())
    for (const entry of copies) {
      const id = `SPDXRef-Snippet-${snippets.length + 1}`;
      snippets.push(snippetOf(entry, id, files.get(entry.function.path)!));
      relate(id, 'DESCENDANT_OF', `SPDXRef-Origin-${i + 1}`);
    }
  const owned = ownLicenses(ordered);
  const contents = {
    name: `${options.project}: code copied from others`,
    packages: [
      {
        SPDXID: 'SPDXRef-Project',
        name: options.project,
        downloadLocation: 'NOASSERTION',
        filesAnalyzed: false,
        copyrightText: 'NOASSERTION',
      },
      ...packages,
    ],
    files: [...files].map(([path, { id, content }]) => ({
      SPDXID: id,
      fileName: `./${path}`,
      fileTypes: ['SOURCE'],
      checksums: [
        { algorithm: 'SHA1', checksumValue: digest('sha1', content) },
        { algorithm: 'SHA256', checksumValue: digest('sha256', content) },
      ],
      licenseConcluded: 'NOASSERTION',
      licenseInfoInFiles: ['NOASSERTION'],
      copyrightText: 'NOASSERTION',
    })),
    snippets,
    ...(owned.length > 0 ? { hasExtractedLicensingInfos: owned } : {}),
    relationships,
  };
  const document = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    // Names the contents: equal copies, equal namespace.
    documentNamespace: `https://spdx.org/spdxdocs/xccd-${digest('sha256', JSON.stringify(contents)).slice(0, 32)}`,
    creationInfo: {
      created: `${options.created.toISOString().slice(0, 19)}Z`,
      creators: [`Tool: xccd-${VERSION}`],
    },
    ...contents,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
