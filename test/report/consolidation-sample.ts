import type { Cluster, ClusterMember, Consolidation } from '../../src/scan/clusters-types.js';
import { LEVENSHTEIN_PY, LEVENSHTEIN_RS } from './sample.js';

export function sampleMember(part: Partial<ClusterMember> = {}): ClusterMember {
  return {
    repository: 'jamesturk/jellyfish',
    commit: 'a'.repeat(40),
    path: 'jellyfish/_jellyfish.py',
    name: 'levenshtein_distance',
    language: 'python',
    startLine: 16,
    endLine: 40,
    license: 'BSD-2-Clause',
    visibility: 'public',
    url: null,
    probability: null,
    evidence: [],
    canonical: () => null,
    ...part,
  };
}

export function sampleCluster(part: Partial<Cluster> = {}): Cluster {
  const members = part.members ?? [
    sampleMember(),
    sampleMember({
      repository: 'rapidfuzz/strsim-rs',
      path: 'src/lib.rs',
      name: 'generic_levenshtein',
      language: 'rust',
      startLine: 233,
      endLine: 260,
      license: 'MIT',
      probability: 0.987,
      evidence: [{ lines: [32, 33], twinLines: [245, 246] }],
      url: 'https://github.com/rapidfuzz/strsim-rs/blob/65eac453/src/lib.rs#L233-L260',
    }),
    sampleMember({
      repository: 'acme/search',
      path: 'src/Distance.java',
      name: 'Distance.edit',
      language: 'java',
      startLine: 5,
      endLine: 30,
      license: 'GPL-3.0-only',
      probability: 0.81,
      canonical: () => ({ text: 'distance edit loop min cost', lines: [5, 5, 9, 12, 12] }),
    }),
  ];
  return {
    id: 'c0ffee0000000001',
    name: members[0]!.name,
    members,
    languages: ['python', 'java', 'rust'],
    repositories: ['acme/search', 'jamesturk/jellyfish', 'rapidfuzz/strsim-rs'],
    licenses: ['BSD-2-Clause', 'GPL-3.0-only', 'MIT'],
    lines: 79,
    removableLines: 51,
    probability: 0.81,
    flags: [
      {
        license: 'GPL-3.0-only',
        project: 'MIT',
        verdict: 'denied',
        explanation: 'Its licence is GPL-3.0-only, which this MIT project must not copy from.',
        from: ['acme/search'],
        into: ['rapidfuzz/strsim-rs'],
      },
    ],
    ...part,
  };
}

const NAMES = ['parse', 'encode', 'hash', 'render', 'merge', 'trim', 'sort', 'walk'];
const LANGUAGES = ['python', 'java', 'rust', 'go', 'ruby', 'typescript'] as const;

/** A cluster like no other, for lists of many. */
export function numberedCluster(n: number): Cluster {
  const languages = [LANGUAGES[n % 6]!, LANGUAGES[(n * 5 + 1 + (n % 4)) % 6]!];
  const repositories = [`team${n % 9}/app${n % 40}`, `team${(n + 1) % 9}/lib${n % 31}`];
  const name = `${NAMES[n % 8]}_${n}`;
  const size = 5 + (n % 60);
  return sampleCluster({
    id: n.toString(16).padStart(16, '0'),
    name,
    members: repositories.map((repository, i) =>
      sampleMember({
        ...{ repository, name, language: languages[i]!, path: `src/part${n % 97}/file${n}.x` },
        ...{ startLine: 10, endLine: 9 + size, license: i ? 'Apache-2.0' : 'MIT' },
        ...{ probability: i ? 0.9 : null, url: null, evidence: [] },
        canonical: () => ({
          text: Array.from({ length: size }, (_, t) => `token${(n * 7 + t) % 501}`).join(' '),
          lines: Array.from({ length: size }, (_, t) => 10 + t),
        }),
      }),
    ),
    languages: [...new Set(languages)],
    repositories,
    licenses: ['Apache-2.0', 'MIT'],
    ...{ lines: 2 * size, removableLines: size, probability: 0.9, flags: [] },
  });
}

export function sampleConsolidation(clusters: Cluster[] = [sampleCluster()]): Consolidation {
  return {
    version: 1,
    tool: 'xccd 0.1.0',
    student: { id: 'xccd-mini', sha256: 'ab'.repeat(32), head: 'binary', threshold: 0.8 },
    corpus: { snapshot: '77aa00bb', functions: 12_345 },
    clusters,
    licenseMap: [
      {
        repository: 'rapidfuzz/strsim-rs',
        project: 'MIT',
        license: 'GPL-3.0-only',
        clusters: 1,
        verdict: 'denied',
        explanation: 'Its licence is GPL-3.0-only, which this MIT project must not copy from.',
      },
      {
        repository: 'acme/search',
        project: 'GPL-3.0-only',
        license: 'MIT',
        clusters: 1,
        verdict: 'allowed',
        explanation: 'Its licence is MIT, which this GPL-3.0-only project may copy from.',
      },
    ],
    summary: {
      comparedFunctions: 10_000,
      smallFunctions: 2_300,
      idioms: 45,
      clusters: clusters.length,
      functions: clusters.reduce((sum, { members }) => sum + members.length, 0),
      removableLines: clusters.reduce((sum, { removableLines }) => sum + removableLines, 0),
      repositories: 3,
      languages: 3,
    },
  };
}

/** The code of the sample's members that is at hand. */
export function sampleCode(member: ClusterMember): string | null {
  if (member.language === 'python' && member.path.startsWith('jelly')) return LEVENSHTEIN_PY;
  return member.path === 'src/lib.rs' ? LEVENSHTEIN_RS : null;
}

/** The sample with `text` wherever a repository, an author of code or a file name has a say. */
export function hostileConsolidation(text: string): Consolidation {
  const member = (part: Partial<ClusterMember>) =>
    sampleMember({
      ...{ repository: text, path: text, name: text, license: text, url: text },
      ...{ startLine: 1, endLine: 3, ...part },
    });
  const consolidation = sampleConsolidation([
    sampleCluster({
      name: text,
      members: [
        member({}),
        member({
          probability: 0.9,
          language: 'rust',
          evidence: [{ lines: [1, 2], twinLines: [1, 2] }],
        }),
      ],
      languages: ['python', 'rust'],
      repositories: [text],
      licenses: [text],
      flags: [
        {
          ...{ license: text, project: text, verdict: 'denied', explanation: text },
          ...{ from: [text], into: [text] },
        },
      ],
    }),
  ]);
  consolidation.licenseMap = [
    {
      ...{ repository: text, project: text, license: text, clusters: 1, verdict: 'denied' },
      explanation: text,
    },
  ];
  return consolidation;
}
