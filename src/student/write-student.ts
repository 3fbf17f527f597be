import {
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../errors.js';
import type { LoadedManifest, Manifest } from './manifest.js';

/**
 * Writes a student folder with a new manifest over the files of `source`, which are copied. The
 * manifest comes last and in one piece, so that a folder with a manifest is whole.
 *
 * @throws UserError when the folder is the source's own or holds another student.
 */
export function writeStudent(source: LoadedManifest, manifest: Manifest, directory: string): void {
  const target = resolve(directory);
  if (target === resolve(source.directory)) {
    throw new UserError(
      `${directory} is the folder of the student that is being calibrated.`,
      'Give --output another folder.',
    );
  }
  const existing = join(target, 'student.json');
  if (existsSync(existing) && idIn(existing) !== manifest.id) {
    throw new UserError(
      `${directory} holds another student already (${idIn(existing)}).`,
      'Give --output a new folder, or remove that one.',
    );
  }
  for (const { path } of manifest.files) {
    const to = join(target, path);
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(join(source.directory, path), to, constants.COPYFILE_FICLONE);
  }
  const temporary = `${existing}.${process.pid}.tmp`;
  writeFileSync(temporary, `${JSON.stringify(manifest, null, 2)}\n`);
  renameSync(temporary, existing);
}

function idIn(path: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as { id?: string }).id;
  } catch {
    return undefined;
  }
}
