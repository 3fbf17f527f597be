import type { Finding, Rule, ScanResult } from '../scan/types.js';
import { neutraliseLine } from './escape.js';
import { languageName, licenseName, origin, percentage, place } from './words.js';

/** GitHub refuses a run with more results. */
const MAX_RESULTS = 25_000;

const RULES: readonly { id: Rule; [property: string]: unknown }[] = [
  {
    id: 'duplicate',
    name: 'FunctionExistsElsewhere',
    shortDescription: { text: 'The function already exists elsewhere' },
    fullDescription: {
      text: 'A function that this change adds or rewrites behaves like one that already exists in an indexed repository, possibly in another language.',
    },
    help: {
      text: 'Look at the existing function first. Use it, move it to a shared place, or keep both on purpose: then write a comment `xccd-ignore: reason` at the function or add the finding to the baseline.',
    },
    defaultConfiguration: { level: 'warning' },
    properties: { tags: ['maintainability', 'duplication'], precision: 'high' },
  },
  {
    id: 'license',
    name: 'FunctionUnderForbiddenLicense',
    shortDescription: { text: 'The function exists under a licence that must not be copied' },
    fullDescription: {
      text: "A function that this change adds or rewrites behaves like one whose licence the project's policy does not allow to copy.",
    },
    help: {
      text: 'Find out where the function comes from. If it was copied or translated from the one named, replace it or settle the licence. If it was written independently, record that with a comment `xccd-ignore: reason` at the function.',
    },
    defaultConfiguration: { level: 'error' },
    properties: { tags: ['license', 'compliance'], precision: 'high' },
  },
];

/** A repository path as a relative URI. */
function uri(path: string): string {
  return path
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .split('/')
    .map(encodeURIComponent)
    .join('/');
}

/** Plain text for `message.text`, where brackets would make a link. */
function plain(text: string): string {
  return neutraliseLine(text).replace(/[\\[\]]/g, '\\$&');
}

function message(finding: Finding): string {
  const twins = finding.twins
    .slice(0, 3)
    .map(
      (twin) =>
        `${percentage(twin.probability)} ${plain(origin(twin))} ${plain(place(twin))} ` +
        `${plain(twin.name)} (${languageName(twin.language)}, ${plain(licenseName(twin.license))})`,
    );
  return [plain(finding.message), ...twins].filter((line) => line !== '').join('\n');
}

/** Column after the last character of `line`; 2 where the source is not at hand. */
function endColumn(finding: Finding, line: number): number {
  const text = finding.source?.function.split(/\r\n|\r|\n/)[line - finding.function.startLine];
  return Math.max(2, (text?.length ?? 0) + 1);
}

/**
 * GitHub shows an alert in a pull request only when all its lines are in the diff. So the region
 * is the one changed line, and the whole function is its context.
 */
function location(finding: Finding) {
  const { path, startLine, endLine } = finding.function;
  const line = finding.changedLine ?? startLine;
  return {
    physicalLocation: {
      artifactLocation: { uri: uri(path), uriBaseId: '%SRCROOT%' },
      region: {
        startLine: line,
        startColumn: 1,
        endLine: line,
        endColumn: endColumn(finding, line),
      },
      contextRegion: {
        startLine,
        startColumn: 1,
        endLine,
        endColumn: endColumn(finding, endLine),
      },
    },
    ...(finding.function.name
      ? {
          logicalLocations: [
            { fullyQualifiedName: neutraliseLine(finding.function.name), kind: 'function' },
          ],
        }
      : {}),
  };
}

function sarifResult(finding: Finding) {
  return {
    ruleId: finding.rule,
    ruleIndex: RULES.findIndex((rule) => rule.id === finding.rule),
    level: finding.level,
    message: { text: message(finding) },
    locations: [location(finding)],
    partialFingerprints: {
      primaryLocationLineHash: `${finding.id}:1`,
      'xccd/v1': finding.id,
    },
    properties: { twins: finding.twins, evidence: finding.evidence },
  };
}

function notification(text: string, path?: string) {
  return {
    level: 'note',
    message: { text },
    ...(path
      ? {
          locations: [
            { physicalLocation: { artifactLocation: { uri: uri(path), uriBaseId: '%SRCROOT%' } } },
          ],
        }
      : {}),
  };
}

/** SARIF 2.1.0 within GitHub's rules for code scanning. */
export function renderSarif(result: ScanResult, toolVersion: string): string {
  const results = result.findings.slice(0, MAX_RESULTS);
  const cut = result.findings.length - results.length;
  const notifications = [
    ...result.skipped.map(({ path, reason }) =>
      notification(`Skipped ${plain(path)}: ${plain(reason)}`, path),
    ),
    ...(cut > 0 ? [notification(`${cut} more findings: a run holds ${MAX_RESULTS} results`)] : []),
  ];
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'xccd', semanticVersion: toolVersion, rules: RULES } },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: {
          '%SRCROOT%': { description: { text: 'The root of the scanned repository.' } },
        },
        invocations: [{ executionSuccessful: true, toolExecutionNotifications: notifications }],
        results: results.map(sarifResult),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}
