import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderJson } from '../../src/report/json.js';
import { findingLicense } from '../../src/scan/compatibility-words.js';
import { judgeLicense } from '../../src/scan/license-policy.js';
import { fakeStudent } from '../fakes/fake-student.js';
import { sampleFinding, sampleResult } from '../report/sample.js';
import { corpusOf } from '../scan/corpus.js';
import { LUHN_JAVA } from '../scan/sources-of-luhn.js';
import { runXccd } from './run-xccd.js';

const folder = mkdtempSync(join(tmpdir(), 'xccd-notice-'));
const file = (name: string) => join(folder, name);
const notice = (...args: string[]) => runXccd(['notice', ...args], { cwd: folder });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const policy = { project: null, allow: [], deny: [], review: [] };
const label = (part: object) =>
  `${JSON.stringify({
    id: 'one',
    repository: 'acme/shop',
    fingerprint: 'f',
    verdict: 'clone',
    reason: null,
    by: 'ada',
    at: '2026-01-01T00:00:00Z',
    pull: 1,
    function: { path: 'lib/luhn.py', name: 'luhn_valid' },
    twin: { repository: 'acme/billing', path: 'Cards.java', name: 'Cards.luhnValid' },
    student: null,
    visibility: 'public',
    ...part,
  })}\n`;

test('xccd notice writes and updates a file from reports and labels, in three forms', async () => {
  const license = findingLicense('MIT', judgeLicense('MIT', policy), policy);
  const report = sampleResult([sampleFinding({ license })]);
  writeFileSync(file('scan.json'), renderJson(report));
  writeFileSync(file('NOTICE'), 'Acme shop\n');
  const written = await notice('--from', 'scan.json', '--output', 'NOTICE');
  expect(written).toMatchObject({ code: 0, stdout: '' });
  expect(written.stderr).toMatch(/^1 copy in .*NOTICE\n$/);
  const text = readFileSync(file('NOTICE'), 'utf8');
  expect(text).toMatch(/^Acme shop\n\n===/);
  expect(text).toContain('levenshtein_distance, from src/lib.rs:233-260 generic_levenshtein');
  expect(text).toContain('Permission is hereby granted');
  await notice('--from', 'scan.json', '--output', 'NOTICE');
  expect(readFileSync(file('NOTICE'), 'utf8')).toBe(text);

  const bom = await notice('--from', 'scan.json', '--format', 'cyclonedx');
  expect(JSON.parse(bom.stdout)).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' });
  // The file that holds the copy is not there.
  const missing = await notice('--from', 'scan.json', '--format', 'spdx');
  expect(missing).toMatchObject({ code: 2, stdout: '' });
  expect(missing.stderr).toContain('text/similarity.py is not there');

  const corpus = file('corpus.db');
  const files = { 'Cards.java': LUHN_JAVA };
  const repositories = [{ name: 'acme/billing', license: 'ISC', files }];
  await (await corpusOf(fakeStudent(), repositories, corpus)).close();
  writeFileSync(
    file('labels.jsonl'),
    label({}) +
      label({
        id: 'two',
        fingerprint: 'g',
        twin: { repository: 'acme/billing', path: 'Cards.java', name: 'gone' },
      }) +
      label({ id: 'three', fingerprint: report.findings[0]!.id, verdict: 'different' }),
  );
  const labels = ['--labels', 'labels.jsonl', '--corpus', corpus, '--no-texts'];
  const labelled = await notice('--from', 'scan.json', ...labels);
  expect(labelled.code).toBe(0);
  expect(labelled.stdout).toMatch(
    / {4}lib\/luhn\.py luhn_valid, from Cards\.java:4-\d+ Cards\.luhnValid/,
  );
  expect(labelled.stdout).toContain('  Licence: ISC');
  expect(labelled.stdout).not.toContain('levenshtein');
  expect(labelled.stderr).toBe('not in the corpus: acme/billing Cards.java gone\n');
}, 300_000);

test('xccd notice says what it needs', async () => {
  const nothing = await notice('--labels', 'labels.jsonl');
  expect(nothing.code).toBe(2);
  expect(nothing.stderr).toContain('--from REPORT.json');
  expect((await notice('--from', 'none.json')).code).toBe(2);
}, 120_000);
