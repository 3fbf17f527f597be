import type { Label, LabelSide, LabelVerdict } from '../corpus/label.js';
import type { Finding, ScanResult } from '../scan/types.js';
import type { RepositoryRef } from './types.js';

/** Who said what, where and when. */
export interface Act {
  /** Names the act, so that the same one is stored once. */
  id: string;
  verdict: LabelVerdict;
  reason: string | null;
  by: string;
  at: Date;
  pull: number | null;
}

/** The label that an act on a finding makes. `scan` found it, in a private repository or not. */
export function labelOf(
  finding: Finding,
  scan: { result: ScanResult; private: boolean },
  { owner, repo }: RepositoryRef,
  act: Act,
): Label {
  const twin = finding.twins[0];
  const forms = finding.source?.forms;
  const hidden = scan.private || forms?.twinVisibility === 'private' || twin?.concealed === true;
  let pair: { a: LabelSide; b: LabelSide } | null = null;
  if (act.verdict !== 'ignored' && twin && forms?.twin) {
    pair = {
      a: { language: finding.function.language, canonical: forms.function },
      b: { language: twin.language, canonical: forms.twin },
    };
  }
  return {
    id: act.id,
    repository: `${owner}/${repo}`,
    fingerprint: finding.id,
    verdict: act.verdict,
    reason: act.reason,
    by: act.by,
    at: act.at.toISOString(),
    pull: act.pull,
    function: { path: finding.function.path, name: finding.function.name },
    twin:
      twin && !twin.concealed
        ? { repository: twin.repository, path: twin.path, name: twin.name }
        : null,
    student: { id: scan.result.student.id, probability: twin?.probability ?? null },
    visibility: hidden ? 'private' : 'public',
    pair,
  };
}
