import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../src/errors.js';
import { openStudent } from '../../src/student/open-student.js';
import { studentDirectory } from '../../src/student/manifest.js';
import { temporaryFolder } from './student-folder.js';

const WEIGHTS = 'xccd-mini-q8_0.gguf';

let directory: string;
beforeEach(() => {
  directory = temporaryFolder();
  cpSync(studentDirectory(), directory, { recursive: true });
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function refusal(): Promise<UserError> {
  const opened = openStudent({ id: directory, cacheDir: null, device: 'cpu' });
  const error = await opened.catch((error: unknown) => error);
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

describe('the shipped weights', () => {
  it('that were cut off are refused with both sizes and the remedy', async () => {
    const path = join(directory, WEIGHTS);
    const size = readFileSync(path).length;
    truncateSync(path, size - 4096);
    const { message, remedy } = await refusal();
    expect(message).toContain(WEIGHTS);
    expect(message).toContain(`${size - 4096} bytes`);
    expect(message).toContain(String(size));
    expect(remedy).toContain(`Restore ${WEIGHTS}`);
  });

  it.each([0, 1_000_000, 25_000_000])(
    'with one flipped bit at byte %i are refused with both hashes and the remedy',
    async (at) => {
      const path = join(directory, WEIGHTS);
      const bytes = readFileSync(path);
      bytes[at]! ^= 0x10;
      writeFileSync(path, bytes);
      const manifest = JSON.parse(readFileSync(join(directory, 'student.json'), 'utf8'));
      const { sha256 } = manifest.files.find((file: { path: string }) => file.path === WEIGHTS);
      const { message, remedy } = await refusal();
      expect(message).toMatch(/sha256 [0-9a-f]{12}/);
      expect(message).toContain(sha256.slice(0, 12));
      expect(remedy).toContain(`Restore ${WEIGHTS}`);
    },
  );
});
