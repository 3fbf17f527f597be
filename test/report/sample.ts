import type { Finding, ScanResult, Twin } from '../../src/scan/types.js';

/** `levenshtein_distance` of jellyfish 0.9.0 (BSD-2-Clause). */
export const LEVENSHTEIN_PY = `def levenshtein_distance(s1, s2):
    _check_type(s1)
    _check_type(s2)

    if s1 == s2:
        return 0
    rows = len(s1) + 1
    cols = len(s2) + 1

    if not s1:
        return cols - 1
    if not s2:
        return rows - 1

    prev = None
    cur = range(cols)
    for r in range(1, rows):
        prev, cur = cur, [r] + [0] * (cols - 1)
        for c in range(1, cols):
            deletion = prev[c] + 1
            insertion = cur[c - 1] + 1
            edit = prev[c - 1] + (0 if s1[r - 1] == s2[c - 1] else 1)
            cur[c] = min(edit, deletion, insertion)

    return cur[-1]
`;

/** `generic_levenshtein` of strsim 0.11.1 (MIT). */
export const LEVENSHTEIN_RS = `pub fn generic_levenshtein<'a, 'b, Iter1, Iter2, Elem1, Elem2>(a: &'a Iter1, b: &'b Iter2) -> usize
where
    &'a Iter1: IntoIterator<Item = Elem1>,
    &'b Iter2: IntoIterator<Item = Elem2>,
    Elem1: PartialEq<Elem2>,
{
    let b_len = b.into_iter().count();

    let mut cache: Vec<usize> = (1..b_len + 1).collect();

    let mut result = b_len;

    for (i, a_elem) in a.into_iter().enumerate() {
        result = i + 1;
        let mut distance_b = i;

        for (j, b_elem) in b.into_iter().enumerate() {
            let cost = usize::from(a_elem != b_elem);
            let distance_a = distance_b + cost;
            distance_b = cache[j];
            result = min(result + 1, min(distance_a, distance_b + 1));
            cache[j] = result;
        }
    }

    result
}
`;

export function sampleTwin(part: Partial<Twin> = {}): Twin {
  return {
    repository: 'rapidfuzz/strsim-rs',
    commit: '65eac453cbd10ba4e13273002c843e95c81ae93e',
    path: 'src/lib.rs',
    name: 'generic_levenshtein',
    language: 'rust',
    startLine: 233,
    endLine: 260,
    license: 'MIT',
    probability: 0.987,
    score: 0.91,
    url: 'https://github.com/rapidfuzz/strsim-rs/blob/65eac453/src/lib.rs#L233-L260',
    ...part,
  };
}

export function sampleFinding(part: Partial<Finding> = {}): Finding {
  return {
    id: '5f2d1c0a9b8e7d6c',
    rule: 'duplicate',
    level: 'warning',
    message: 'levenshtein_distance already exists in Rust',
    function: {
      path: 'text/similarity.py',
      name: 'levenshtein_distance',
      language: 'python',
      startLine: 16,
      endLine: 40,
    },
    twins: [sampleTwin()],
    evidence: [
      { lines: [32, 33], twinLines: [245, 246] },
      { lines: [34, 38], twinLines: [249, 254] },
    ],
    changedLine: 16,
    source: { function: LEVENSHTEIN_PY, twin: LEVENSHTEIN_RS },
    ...part,
  };
}

export function sampleResult(
  findings: Finding[] = [
    sampleFinding(),
    sampleFinding({
      id: '0011223344556677',
      rule: 'license',
      level: 'error',
      message: 'encode repeats code under BSD-3-Clause',
      function: {
        path: 'geo/polyline.py',
        name: 'encode',
        language: 'python',
        startLine: 70,
        endLine: 95,
      },
      twins: [
        sampleTwin({
          repository: 'mapbox/polyline',
          commit: null,
          path: 'src/polyline.js',
          name: 'polyline.encode',
          language: 'javascript',
          startLine: 89,
          endLine: 107,
          license: 'BSD-3-Clause',
          probability: 0.93,
          url: null,
        }),
        sampleTwin({
          repository: 'acme/maps',
          commit: null,
          path: 'Poly.kt',
          name: 'Poly.encode',
          language: 'kotlin',
          startLine: 3,
          endLine: 30,
          license: 'NOASSERTION',
          probability: 0.71,
          url: null,
        }),
      ],
      evidence: [],
      changedLine: 71,
      source: undefined,
    }),
  ],
): ScanResult {
  const count = (level: string) => findings.filter((finding) => finding.level === level).length;
  return {
    version: 1,
    tool: 'xccd 0.1.0',
    student: { id: 'xccd-mini', sha256: 'ab'.repeat(32), head: 'binary', threshold: 0.8 },
    corpus: { snapshot: '77aa', functions: 12_345 },
    base: 'a'.repeat(40),
    head: 'b'.repeat(40),
    findings,
    skipped: [
      { path: 'web/app.min.js', reason: 'minified' },
      { path: 'web/vendor.min.js', reason: 'minified' },
      { path: 'assets/logo.png', reason: 'binary' },
    ],
    summary: {
      changedFunctions: 14,
      scannedFunctions: 12,
      findings: findings.length,
      byLevel: { error: count('error'), warning: count('warning'), note: count('note') },
    },
  };
}

/** `sampleResult` with `text` wherever a repository, an author of code or a file name has a say. */
export function hostileResult(text: string): ScanResult {
  const result = sampleResult([
    sampleFinding({
      message: text,
      function: { path: text, name: text, language: 'python', startLine: 1, endLine: 3 },
      twins: [
        sampleTwin({
          repository: text,
          path: text,
          name: text,
          license: text,
          url: null,
          startLine: 1,
          endLine: 3,
        }),
      ],
      evidence: [{ lines: [1, 2], twinLines: [1, 2] }],
      changedLine: 1,
      source: { function: text, twin: text },
    }),
  ]);
  result.skipped = [{ path: text, reason: text }];
  return result;
}
