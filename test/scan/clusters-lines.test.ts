import { removableLines, withoutParts } from '../../src/scan/clusters-lines.js';
import type { ClusterMember } from '../../src/scan/clusters-types.js';

const member = (path: string, startLine: number, endLine: number): ClusterMember => ({
  ...{ repository: 'acme/a', commit: null, path, name: 'f', language: 'go', startLine, endLine },
  ...{ license: 'MIT', visibility: 'public', url: null, probability: null, evidence: [] },
  canonical: () => null,
});
const cluster = (...members: ClusterMember[]) => ({ members });

describe('lines of clusters', () => {
  it('leaves out a cluster whose members all lie inside those of one before it', () => {
    const outer = cluster(member('a.go', 1, 30), member('b.go', 1, 30));
    const inner = cluster(member('a.go', 5, 10), member('b.go', 6, 11));
    const apart = cluster(member('a.go', 5, 10), member('c.go', 6, 11));
    expect(withoutParts([outer, inner, apart])).toEqual([outer, apart]);
  });

  it('keeps a cluster whose members lie inside members of different clusters', () => {
    const one = cluster(member('a.go', 1, 30), member('b.go', 1, 30));
    const two = cluster(member('c.go', 1, 30), member('d.go', 1, 30));
    const across = cluster(member('a.go', 5, 10), member('c.go', 5, 10));
    expect(withoutParts([one, two, across])).toEqual([one, two, across]);
  });

  it('counts all members but the longest, and each line once', () => {
    expect(removableLines([cluster(member('a.go', 1, 10), member('b.go', 1, 12))])).toBe(10);
    expect(
      removableLines([
        cluster(member('a.go', 1, 10), member('b.go', 1, 12)),
        cluster(member('a.go', 6, 15), member('c.go', 1, 40)),
      ]),
    ).toBe(15);
  });
});
