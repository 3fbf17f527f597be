import type { Consolidation } from '../scan/clusters-types.js';

/** The stable JSON contract of `xccd report`, version 1: provenance and figures, no code. */
export function renderConsolidationJson(consolidation: Consolidation): string {
  const { version, tool, student, corpus, summary, clusters, licenseMap } = consolidation;
  const ordered = {
    ...{ version, tool, student, corpus, summary },
    clusters: clusters.map((cluster) => ({
      ...cluster,
      members: cluster.members.map(({ canonical: _canonical, ...member }) => member),
    })),
    licenseMap,
  };
  return `${JSON.stringify(ordered, null, 2)}\n`;
}
