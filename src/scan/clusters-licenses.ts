import { findingLicense } from './compatibility-words.js';
import { judgeLicense, type LicenseVerdict } from './license-policy.js';
import { ownerOf, sameRepository } from './repository-name.js';
import type { Cluster, ClusterMember, LicenseFlag, LicenseMapCell } from './clusters-types.js';

interface Opinion {
  verdict: LicenseVerdict;
  explanation: string;
}

const SEVERITY: readonly LicenseVerdict[] = ['denied', 'review', 'unknown', 'allowed'];
const bySeverity = (a: { verdict: LicenseVerdict }, b: { verdict: LicenseVerdict }): number =>
  SEVERITY.indexOf(a.verdict) - SEVERITY.indexOf(b.verdict);
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Whether no licence stands between the code of two members. */
function isOwn(from: ClusterMember, into: ClusterMember): boolean {
  if (from.visibility === 'private' || sameRepository(from.repository, into.repository))
    return true;
  const owner = ownerOf(from.repository);
  return owner !== null && owner === ownerOf(into.repository);
}

/** Judges which licences of a corpus meet where they must not. */
export class LicenseMap {
  private readonly opinions = new Map<string, Opinion>();
  private readonly cells = new Map<string, LicenseMapCell>();

  /** The flags of a cluster, worst first; counts it in the map. */
  add({ members }: Pick<Cluster, 'members'>): LicenseFlag[] {
    const flags = new Map<string, { flag: LicenseFlag; from: Set<string>; into: Set<string> }>();
    const counted = new Set<string>();
    for (const into of members) {
      for (const from of members) {
        if (isOwn(from, into)) continue;
        const { license } = from;
        const { license: project, repository } = into;
        const opinion = this.opinion(license, project);
        const key = JSON.stringify([repository, project, license]);
        if (!counted.has(key)) {
          counted.add(key);
          const cell = this.cells.get(key);
          if (cell) cell.clusters++;
          else this.cells.set(key, { repository, project, license, clusters: 1, ...opinion });
        }
        if (opinion.verdict === 'allowed') continue;
        const pair = JSON.stringify([license, project]);
        let entry = flags.get(pair);
        if (!entry) {
          const { verdict, explanation } = opinion;
          const flag = { license, project, verdict, explanation, from: [], into: [] };
          flags.set(pair, (entry = { flag, from: new Set(), into: new Set() }));
        }
        entry.from.add(from.repository);
        entry.into.add(repository);
      }
    }
    return [...flags.values()]
      .map(({ flag, from, into }) => ({
        ...flag,
        from: [...from].sort(compareText),
        into: [...into].sort(compareText),
      }))
      .sort(
        (a, b) =>
          bySeverity(a, b) ||
          compareText(a.license, b.license) ||
          compareText(a.project, b.project),
      );
  }

  /** Every cell, by repository and licence. */
  list(): LicenseMapCell[] {
    return [...this.cells.values()].sort(
      (a, b) =>
        compareText(a.repository, b.repository) ||
        compareText(a.project, b.project) ||
        compareText(a.license, b.license),
    );
  }

  private opinion(license: string, project: string): Opinion {
    const key = JSON.stringify([license, project]);
    let opinion = this.opinions.get(key);
    if (!opinion) {
      const known = !/^(?:NOASSERTION|NONE|)$/i.test(project);
      const policy = { project: known ? project : null, allow: [], deny: [], review: [] };
      const judged = judgeLicense(license, policy);
      opinion =
        license === project && judged.verdict !== 'unknown'
          ? { verdict: 'allowed', explanation: `Both are licensed ${license}.` }
          : {
              verdict: judged.verdict,
              explanation: findingLicense(license, judged, policy).explanation,
            };
      this.opinions.set(key, opinion);
    }
    return opinion;
  }
}
