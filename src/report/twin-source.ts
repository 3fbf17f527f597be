import type { ScanResult, Twin } from '../scan/types.js';

/**
 * The result with the code of each finding's best twin, for side-by-side views.
 *
 * @param read gives the text of a twin's file, or null where it is not at hand
 */
export function withTwinSources(
  result: ScanResult,
  read: (twin: Twin) => string | null,
): ScanResult {
  const findings = result.findings.map((finding) => {
    const twin = finding.twins[0];
    const text = finding.source && twin ? read(twin) : null;
    if (!finding.source || !twin || text === null) return finding;
    const lines = text.split(/\r\n|\r|\n/).slice(twin.startLine - 1, twin.endLine);
    return { ...finding, source: { function: finding.source.function, twin: lines.join('\n') } };
  });
  return { ...result, findings };
}
