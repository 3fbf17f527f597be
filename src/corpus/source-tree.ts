import { constants, mkdtempSync, rmSync, statSync } from 'node:fs';
import { open, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import ignore from 'ignore';
import { MAX_FILE_BYTES } from '../code/source-file.js';
import { UserError } from '../errors.js';
import { BlobReader, git, GitError } from './git.js';
import { isGitUrl, parseRemote } from './remote-url.js';

/** The files of a folder, a git working tree, a bare repository or a clone. */
export interface SourceTree {
  /** Name for the corpus: from the remote, else from the folder. */
  repository: string;
  url: string | null;
  /** The root folder or the address: what tells two trees of one name apart. */
  origin: string;
  commit: string | null;
  /** What of the tree is meant: '' for all of it, or a folder with a `/` at its end. */
  scope: string;
  /** Every file of the tree, `/` separated, relative to its root, sorted; no links, no submodules. */
  paths: string[];
  /** A file's bytes; null where it cannot be read as a file (deleted, or not in a partial copy). */
  read(path: string): Promise<Buffer | null>;
  /**
   * Names a file's contents without reading them, where the tree knows that; then `sizeOf` gives
   * their bytes. Without it, files are read to see whether they changed.
   */
  contentHash?(path: string): string;
  sizeOf?(path: string): number;
  close(): void;
}

/** Of a larger file only so much is read: enough to see that it is too large. */
const MAX_READ_BYTES = MAX_FILE_BYTES + 1;

const lines = (output: Buffer) => output.toString('utf8').split('\0').filter(Boolean);
const byName = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Opens `source`: a folder (in a git working tree: its tracked files), a git directory or an
 * address to clone.
 *
 * @throws UserError when it cannot be read or cloned.
 */
export async function openSourceTree(
  source: string,
  options: { signal?: AbortSignal } = {},
): Promise<SourceTree> {
  if (isGitUrl(source)) return clone(source, options);
  const root = resolve(source);
  const stat = statSync(root, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) {
    throw new UserError(
      stat ? `${source} is a file` : `There is no folder ${source}`,
      'Give a folder, a git repository or an address to clone from.',
    );
  }
  const where = await gitPlace(root);
  if (where === 'none') return plainTree(root);
  if (where.bare) return bareTree(root, source);
  return (await workTree(where.top, where.prefix)) ?? plainTree(root);
}

async function gitPlace(
  root: string,
): Promise<'none' | { bare: true } | { bare: false; top: string; prefix: string }> {
  try {
    const inside = (await git(root, ['rev-parse', '--is-inside-work-tree'])).toString().trim();
    if (inside !== 'true') return { bare: true };
    const output = await git(root, ['rev-parse', '--show-toplevel', '--show-prefix']);
    const [top, prefix = ''] = output.toString('utf8').split('\n');
    return { bare: false, top: top!, prefix };
  } catch (error) {
    if (error instanceof GitError) return 'none';
    throw error;
  }
}

async function remoteOf(directory: string): Promise<{ name: string; url: string | null } | null> {
  try {
    const url = await git(directory, ['config', '--get', 'remote.origin.url']);
    const remote = parseRemote(url.toString('utf8'));
    return remote.url ? remote : null;
  } catch (error) {
    if (error instanceof GitError) return null;
    throw error;
  }
}

async function headOf(directory: string): Promise<string | null> {
  try {
    return (await git(directory, ['rev-parse', '--verify', 'HEAD^{commit}'])).toString().trim();
  } catch (error) {
    if (error instanceof GitError) return null;
    throw error;
  }
}

/** The tracked files of a working tree as they lie on disk; null when nothing is tracked. */
async function workTree(top: string, prefix: string): Promise<SourceTree | null> {
  const entries = lines(await git(top, ['ls-files', '-s', '-z']));
  const paths = new Set<string>();
  for (const entry of entries) {
    const tab = entry.indexOf('\t');
    if (entry.startsWith('100')) paths.add(entry.slice(tab + 1));
  }
  const scoped = [...paths].some((path) => path.startsWith(prefix));
  if (!scoped) return null;
  const remote = await remoteOf(top);
  return {
    repository: remote?.name ?? basename(top),
    url: remote?.url ?? null,
    origin: top,
    commit: await headOf(top),
    scope: prefix,
    paths: [...paths].sort(byName),
    read: (path) => readRegular(join(top, path)),
    close: () => {},
  };
}

/** The files of HEAD, read from the object database: no working tree is needed. */
async function bareTree(directory: string, source: string): Promise<SourceTree> {
  const commit = await headOf(directory);
  if (!commit) {
    throw new UserError(
      `The repository ${source} has no commit at HEAD`,
      'Check that the repository is complete and its HEAD names a branch with commits.',
    );
  }
  const blobs = new Map<string, string>();
  for (const entry of lines(await git(directory, ['ls-tree', '-r', '-z', '--full-tree', commit]))) {
    const tab = entry.indexOf('\t');
    const [mode, , id] = entry.slice(0, tab).split(' ');
    if (mode!.startsWith('100')) blobs.set(entry.slice(tab + 1), id!);
  }
  const remote = await remoteOf(directory);
  const reader = new BlobReader(directory);
  return {
    repository: remote?.name ?? parseRemote(directory.replace(/\/\.git$/, '')).name,
    url: remote?.url ?? null,
    origin: directory,
    commit,
    scope: '',
    paths: [...blobs.keys()].sort(byName),
    read: async (path) => {
      const id = blobs.get(path);
      return id === undefined ? null : reader.read(id);
    },
    close: () => reader.close(),
  };
}

/** A shallow clone without working tree in a temporary folder, which goes when the tree is closed. */
async function clone(url: string, { signal }: { signal?: AbortSignal }): Promise<SourceTree> {
  const remote = parseRemote(url);
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase() ?? 'ssh';
  if (!['https', 'ssh', 'file'].includes(scheme)) {
    throw new UserError(
      `${scheme}:// is not cloned from`,
      'Give an https://, ssh:// or file:// address.',
    );
  }
  const folder = mkdtempSync(join(tmpdir(), 'xccd-clone-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  const close = () => {
    process.off('exit', remove);
    remove();
  };
  try {
    await git(
      folder,
      [
        'clone',
        '--quiet',
        '--bare',
        '--depth=1',
        '--single-branch',
        '--no-tags',
        '--template=',
        '--',
        url,
        'repository',
      ],
      signal ? { signal } : {},
    );
    const tree = await bareTree(join(folder, 'repository'), remote.name);
    return {
      ...tree,
      repository: remote.name,
      url: remote.url,
      origin: url,
      close: () => {
        tree.close();
        close();
      },
    };
  } catch (error) {
    close();
    if (!(error instanceof GitError)) throw error;
    const detail = error.stderr
      .split('\n')
      .pop()!
      .replace(/\/\/[^/@\s]*@/g, '//');
    throw new UserError(
      `${remote.url ?? remote.name} could not be cloned: ${detail}`,
      'Check the address and that git can read it without asking for a password.',
    );
  }
}

/** The files of a folder outside git, without what its `.gitignore` files name. */
async function plainTree(root: string): Promise<SourceTree> {
  const paths: string[] = [];
  const walk = async (
    folder: string,
    rules: { at: string; rules: ReturnType<typeof ignore> }[],
  ) => {
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
    const own = entries.some((entry) => entry.name === '.gitignore' && entry.isFile())
      ? await readFile(join(root, folder, '.gitignore'), 'utf8').catch(() => '')
      : '';
    const all = own ? [...rules, { at: folder, rules: ignore().add(own) }] : rules;
    for (const entry of entries) {
      const path = folder + entry.name;
      const name = entry.isDirectory() ? `${path}/` : path;
      if (entry.name === '.git') continue;
      if (all.some(({ at, rules: one }) => one.ignores(name.slice(at.length)))) continue;
      if (entry.isDirectory()) {
        if (entry.name !== 'node_modules' && entry.name !== '.xccd') await walk(name, all);
      } else if (entry.isFile()) paths.push(path);
    }
  };
  await walk('', []);
  return {
    repository: basename(root),
    url: null,
    origin: root,
    commit: null,
    scope: '',
    paths: paths.sort(byName),
    read: (path) => readRegular(join(root, path)),
    close: () => {},
  };
}

async function readRegular(file: string): Promise<Buffer | null> {
  const handle = await open(
    file,
    constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
  ).catch(() => null);
  if (!handle) return null;
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) return null;
    if (stat.size < MAX_READ_BYTES) return await handle.readFile();
    return (await handle.read(Buffer.alloc(MAX_READ_BYTES), 0, MAX_READ_BYTES, 0)).buffer;
  } catch {
    return null;
  } finally {
    await handle.close();
  }
}
