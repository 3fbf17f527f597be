import type { Finding, ScanResult, Twin } from '../scan/types.js';

/** Longest texts of a finding in a comment, in UTF-16 code units. */
const NAME = 160;
const PATH = 300;
const MESSAGE = 1500;
const STRETCHES = 12;
const LINES = 200;
const LINE = 300;

/** The beginning of a text. */
export const head = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1)}…`;
/** The end of a text: a path's end tells more than its beginning. */
export const tail = (text: string, most: number): string =>
  text.length <= most ? text : `…${text.slice(1 - most)}`;

function boundedTwin(twin: Twin): Twin {
  return {
    ...twin,
    repository: tail(twin.repository, NAME),
    path: tail(twin.path, PATH),
    name: head(twin.name, NAME),
    license: head(twin.license, NAME),
  };
}

function boundedLicense(license: NonNullable<Finding['license']>): typeof license {
  return {
    ...license,
    expression: head(license.expression, NAME),
    explanation: head(license.explanation, MESSAGE),
    terms: license.terms.map((term) => ({ ...term, license: head(term.license, NAME) })),
  };
}

function boundedCode(text: string): string {
  return text
    .split('\n', LINES)
    .map((line) => head(line, LINE))
    .join('\n');
}

/**
 * The finding with names, paths, code and message of bounded length. What is written into a comment has to
 * be short before it is escaped: to cut it afterwards could cut a code span open.
 */
export function bounded(finding: Finding): Finding {
  const { function: fn, license, source } = finding;
  return {
    ...finding,
    message: head(finding.message, MESSAGE),
    function: { ...fn, path: tail(fn.path, PATH), name: head(fn.name, NAME) },
    twins: finding.twins.map(boundedTwin),
    evidence: finding.evidence.slice(0, STRETCHES),
    ...(license ? { license: boundedLicense(license) } : {}),
    ...(source
      ? {
          source: {
            ...source,
            function: boundedCode(source.function),
            twin: source.twin === null ? null : boundedCode(source.twin),
          },
        }
      : {}),
  };
}

/** The result with findings and skipped paths of bounded length, for what is written in Markdown. */
export function boundedResult(result: ScanResult): ScanResult {
  return {
    ...result,
    findings: result.findings.map(bounded),
    skipped: result.skipped.map(({ path, reason }) => ({
      path: tail(path, PATH),
      reason: head(reason, PATH),
    })),
  };
}
