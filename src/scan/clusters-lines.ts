import type { Cluster, ClusterMember } from './clusters-types.js';

type Lined = Pick<Cluster, 'members'>;

const fileOf = ({ repository, path }: ClusterMember): string => `${repository}\0${path}`;

/**
 * Leaves out the clusters whose members all lie inside the members of one that comes before: the
 * closures and methods within functions and classes that are clones already.
 */
export function withoutParts<T extends Lined>(clusters: readonly T[]): T[] {
  const kept: T[] = [];
  const inFile = new Map<string, { from: number; to: number; cluster: number }[]>();
  for (const cluster of clusters) {
    let around: Set<number> | null = null;
    for (const member of cluster.members) {
      const found = new Set<number>();
      for (const { from, to, cluster: index } of inFile.get(fileOf(member)) ?? []) {
        if (from <= member.startLine && to >= member.endLine && (!around || around.has(index)))
          found.add(index);
      }
      around = found;
      if (around.size === 0) break;
    }
    if (around && around.size > 0) continue;
    for (const member of cluster.members) {
      const file = fileOf(member);
      const entry = { from: member.startLine, to: member.endLine, cluster: kept.length };
      const list = inFile.get(file);
      if (list) list.push(entry);
      else inFile.set(file, [entry]);
    }
    kept.push(cluster);
  }
  return kept;
}

/** Lines of all members but the longest of each cluster, every line counted once. */
export function removableLines(clusters: readonly Lined[]): number {
  const files = new Map<string, [number, number][]>();
  for (const { members } of clusters) {
    const sizes = members.map(({ startLine, endLine }) => endLine - startLine);
    const longest = sizes.indexOf(Math.max(...sizes));
    members.forEach((member, i) => {
      if (i === longest) return;
      const file = fileOf(member);
      const range: [number, number] = [member.startLine, member.endLine];
      const ranges = files.get(file);
      if (ranges) ranges.push(range);
      else files.set(file, [range]);
    });
  }
  let lines = 0;
  for (const ranges of files.values()) {
    let end = 0;
    for (const [from, to] of ranges.sort((a, b) => a[0] - b[0])) {
      lines += Math.max(0, to - Math.max(from - 1, end));
      end = Math.max(end, to);
    }
  }
  return lines;
}
