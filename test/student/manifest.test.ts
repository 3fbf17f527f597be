import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CANONICAL_VERSION } from '../../src/code/canonical.js';
import { UserError } from '../../src/errors.js';
import { readManifest, studentDirectory } from '../../src/student/manifest.js';
import { temporaryFolder, writeStudentFolder } from './student-folder.js';

async function refusal(directory: string): Promise<UserError> {
  const error = await readManifest(directory).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

describe('a student folder', () => {
  it('is read when every file has the size and sha256 of its manifest', async () => {
    const { manifest, sha256 } = await readManifest(writeStudentFolder());
    expect(manifest.id).toBe('test-student');
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is refused with the remedy when a file is missing', async () => {
    const directory = writeStudentFolder();
    rmSync(join(directory, 'weights.gguf'));
    const error = await refusal(directory);
    expect(error.message).toContain('weights.gguf');
    expect(error.remedy).toContain('Restore weights.gguf');
  });

  it('is refused when a file was altered, with and without a change of size', async () => {
    const longer = writeStudentFolder();
    appendFileSync(join(longer, 'weights.gguf'), 'x');
    expect((await refusal(longer)).message).toContain('bytes');
    const altered = writeStudentFolder();
    writeFileSync(join(altered, 'weights.gguf'), 'not really weightS');
    expect((await refusal(altered)).message).toContain('sha256');
  });

  it('is refused as a Git LFS pointer where the checkout lacks the weights', async () => {
    const directory = writeStudentFolder((_, files) => {
      files.set('weights.gguf', Buffer.alloc(5000));
    });
    writeFileSync(
      join(directory, 'weights.gguf'),
      'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5000\n',
    );
    expect((await refusal(directory)).remedy).toContain('git lfs pull');
  });

  it.each([
    [1, 'Update xccd'],
    [-1, 'train it again'],
  ])('is refused when its canonical version is %i off, saying what to do', async (off, remedy) => {
    const directory = writeStudentFolder((manifest) => {
      manifest.canonical = CANONICAL_VERSION + off;
    });
    // Version 0 does not exist: it is refused as an invalid manifest.
    const error = await refusal(directory);
    if (CANONICAL_VERSION + off > 0) expect(error.remedy).toContain(remedy);
    else expect(error.message).toContain('canonical');
  });

  it('is refused with the names of the wrong keys', async () => {
    const directory = writeStudentFolder((manifest) => {
      (manifest as { pooling: string }).pooling = 'max';
      Object.assign(manifest, { maxtokens: 5 });
    });
    const { message } = await refusal(directory);
    expect(message).toContain('pooling');
    expect(message).toContain('maxtokens');
  });

  it('may not use files outside its folder or that it does not list', async () => {
    const outside = writeStudentFolder((manifest) => {
      manifest.weights = '../weights.gguf';
    });
    expect((await refusal(outside)).message).toContain('inside the student folder');
    const unlisted = writeStudentFolder((manifest) => {
      manifest.idf = 'idf.bin';
    });
    expect((await refusal(unlisted)).message).toContain('idf.bin');
  });

  it('keeps its encoder sha256 but not its sha256 when only a threshold changes', async () => {
    const directory = writeStudentFolder();
    const before = await readManifest(directory);
    const path = join(directory, 'student.json');
    const manifest = JSON.parse(readFileSync(path, 'utf8'));
    manifest.heads.binary.threshold.scan = 0.7;
    writeFileSync(path, JSON.stringify(manifest));
    const after = await readManifest(directory);
    expect(after.encoderSha256).toBe(before.encoderSha256);
    expect(after.sha256).not.toBe(before.sha256);
  });
});

describe('studentDirectory', () => {
  it('finds the shipped student by id and any other by path', () => {
    expect(studentDirectory('xccd-mini')).toMatch(/models[\\/]xccd-mini$/);
    const directory = writeStudentFolder();
    expect(studentDirectory(directory)).toBe(directory);
  });

  it('names both places where it looked', () => {
    const empty = temporaryFolder();
    expect(() => studentDirectory(empty)).toThrow(UserError);
    expect(() => studentDirectory('no-such-student')).toThrow(/models.*no-such-student/);
  });
});
