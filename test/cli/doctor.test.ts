import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diagnose } from '../../src/cli/diagnose.js';
import { openStore } from '../../src/corpus/open-store.js';
import { runXccd } from './run-xccd.js';

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'xccd-doctor-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

const check = (diagnosis: Awaited<ReturnType<typeof diagnose>>, name: string) =>
  diagnosis.checks.find((found) => found.name === name);

test('a fresh folder works but has no corpus, and says how to build one', async () => {
  const { code, stdout } = await runXccd(['doctor', '--json', '--device', 'cpu'], { cwd: root });
  expect(code).toBe(0);
  const diagnosis = JSON.parse(stdout);
  expect(diagnosis.student.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(diagnosis.student.device).toBe('cpu');
  expect(check(diagnosis, 'grammars')).toMatchObject({ status: 'ok', detail: '15 load' });
  expect(check(diagnosis, 'corpus')).toMatchObject({
    status: 'absent',
    remedy: expect.stringContaining('xccd index'),
  });
  expect(diagnosis.config).toContainEqual({ key: 'failOn', value: 'error', source: 'default' });
});

test('every setting says where it comes from', async () => {
  mkdirSync(join(root, '.github'));
  writeFileSync(join(root, '.github/xccd.yml'), 'failOn: warning\nlicenses:\n  project: MIT\n');
  const { config } = await diagnose({ folder: root, device: 'cpu', corpus: join(root, 'team.db') });
  expect(config).toContainEqual({ key: 'failOn', value: 'warning', source: '.github/xccd.yml:1' });
  expect(config).toContainEqual({
    key: 'licenses.project',
    value: 'MIT',
    source: '.github/xccd.yml:3',
  });
  expect(config).toContainEqual({ key: 'corpus', value: join(root, 'team.db'), source: 'flag' });
});

test('a broken configuration, a missing student and a damaged corpus are each named, with exit code 2', async () => {
  writeFileSync(join(root, 'xccd.yml'), 'failon: warning\n');
  const corpus = join(root, 'team.db');
  writeFileSync(corpus, 'this is no database, but long enough to be looked at as one'.repeat(20));
  const { code, stdout } = await runXccd(['doctor', '--student', 'absent', '--corpus', corpus], {
    cwd: root,
  });
  expect(code).toBe(2);
  expect(stdout).toMatch(/broken +configuration/);
  expect(stdout).toContain('did you mean `failOn`?');
  expect(stdout).toMatch(/broken +student +There is no student "absent"/);
  expect(stdout).toMatch(/broken +corpus/);
});

test('a corpus of another student is broken, with the way out', async () => {
  const location = join(root, 'team.db');
  const store = await openStore(location);
  await store.setStudent({
    id: 'other',
    sha256: 'ab'.repeat(32),
    canonicalVersion: 1,
    dimensions: 8,
  });
  await store.close();
  const diagnosis = await diagnose({ folder: root, device: 'cpu', corpus: location });
  expect(diagnosis.corpus).toMatchObject({ functions: 0, studentMatches: false });
  expect(check(diagnosis, 'corpus')).toMatchObject({
    status: 'broken',
    detail: expect.stringContaining('student other (abababababab) made its vectors'),
    remedy: expect.stringContaining('xccd index --rebuild'),
  });
});
