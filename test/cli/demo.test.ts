import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import type { Finding, ScanResult } from '../../src/scan/types.js';
import { runXccd, type Run } from './run-xccd.js';

let folder: string;
let run: Run;
let result: ScanResult;
const page = () => join(folder, 'demo.html');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'xccd-demo-test-'));
  run = await runXccd(['demo', '--json', '--html', page()], { cwd: folder });
  result = JSON.parse(run.stdout);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the page unpacks of base64, or nothing where it is something else. */
const unpacked = (text: string): string => {
  try {
    return inflateRawSync(Buffer.from(text, 'base64')).toString('utf8');
  } catch {
    return '';
  }
};

const found = (path: string, name: string): Finding | undefined =>
  result.findings.find(
    (finding) => finding.function.path === path && finding.function.name === name,
  );

test('ends well and says on stderr how long it took', () => {
  expect(run.code).toBe(0);
  expect(run.stderr).toMatch(/Indexed \d+ functions of 6 libraries in .* s\.\nScanned a change/);
});

test.each([
  [
    'sync/match.go',
    'DiffMatchPatch.MatchBitap',
    'google/diff-match-patch',
    'diff_match_patch.match_bitap',
  ],
  ['geo/polyline.py', 'encode', 'mapbox/polyline', 'polyline.encode'],
  ['geo/plus_codes.py', 'shorten', 'google/open-location-code', 'OpenLocationCode.shorten'],
  ['text/similarity.py', '_jaro_winkler', 'rapidfuzz/strsim-rs', 'generic_jaro'],
])('finds that %s %s exists in %s', (path, name, repository, twin) => {
  const finding = found(path, name)!;
  expect(finding).toBeDefined();
  expect(finding.twins.map((each) => `${each.repository} ${each.name}`)).toContain(
    `${repository} ${twin}`,
  );
  expect(finding.twins[0]!.language).not.toBe(finding.function.language);
});

test.each(['text/porter.py', 'ids/base32.rs', 'geo/haversine.js'])(
  'stays silent on %s, which the corpus does not have',
  (path) => {
    expect(result.findings.filter((finding) => finding.function.path === path)).toEqual([]);
  },
);

test('code under a licence that the service cannot take in is an error, other code a warning', () => {
  expect(found('geo/plus_codes.py', 'shorten')).toMatchObject({ rule: 'license', level: 'error' });
  expect(found('geo/polyline.py', 'encode')).toMatchObject({ rule: 'duplicate', level: 'warning' });
});

test('the page holds the code of both sides', () => {
  expect(existsSync(page())).toBe(true);
  const html = readFileSync(page(), 'utf8');
  const code = (html.match(/[A-Za-z0-9+/]{100,}={0,2}/g) ?? []).map(unpacked).join('\n');
  expect(code).toContain('func (dmp *DiffMatchPatch) MatchBitap');
  expect(code).toContain('def match_bitap(self, text, pattern, loc):');
});
