import { lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { detectLanguage, extensionOf } from '../code/languages.js';
import { MAX_FILE_BYTES } from '../code/source-file.js';
import { applyDiff } from '../diff/apply.js';
import { parseFileDiffs, type FileDiff } from '../diff/parse-diff.js';
import { reverseDiff } from '../diff/reverse.js';
import { parseRemote } from '../corpus/remote-url.js';
import type { ChangedFile } from '../diff/types.js';
import { UserError } from '../errors.js';
import type { AuditSource } from './audit.js';
import { sinceCommit } from './since.js';
import { fileRemarks } from './file-remarks.js';
import type { Change, ChangeFile } from './change.js';
import { git, GitFailure, readBlobs, tryGit } from './git.js';

/** Which change to read. */
export type ChangeRequest =
  /** What `head` (default HEAD) adds since it left `base`, as a pull request shows it. */
  | { kind: 'range'; base: string; head?: string }
  /** What the next commit would hold. */
  | { kind: 'staged' }
  /**
   * The working tree, untracked files included, since it left the default branch, or since a commit
   * or date.
   */
  | { kind: 'worktree'; since?: string }
  /** A unified diff of the files in the working tree. */
  | { kind: 'diff'; text: string }
  /** Whole files: every function counts as changed. */
  | { kind: 'paths' };

export interface ChangeSource {
  change: Change;
  source: AuditSource;
  /** Root of the repository, or the folder itself outside of one. */
  root: string;
}

const DIFF = [
  'diff',
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
  '--no-relative',
  '--full-index',
  '--find-renames',
  '--src-prefix=a/',
  '--dst-prefix=b/',
  '--unified=3',
  '--submodule=short',
  '--ignore-submodules=dirty',
];

/**
 * Root of the git repository around `folder`, or null.
 *
 * @throws UserError when git refuses the repository because another user owns it
 */
export async function repositoryRoot(folder: string): Promise<string | null> {
  try {
    return (await git(folder, ['rev-parse', '--show-toplevel'])).toString().trim() || null;
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    if (!error.stderr.includes('dubious ownership')) return null;
    throw new UserError(
      `git does not trust ${folder}: another user owns it`,
      `If you trust it: \`git config --global --add safe.directory ${folder}\`.`,
    );
  }
}

/** Name of the repository: from the address of its `origin`, or its folder's name. */
export async function repositoryName(root: string): Promise<string> {
  const address = await tryGit(root, ['config', '--get', 'remote.origin.url']);
  const remote = address ? parseRemote(address) : null;
  return remote?.url ? remote.name : basename(root);
}

/** Text of a file at a commit, or null when it is not there. */
export async function fileAt(root: string, commit: string, path: string): Promise<string | null> {
  try {
    return (await git(root, ['cat-file', 'blob', `${commit}:${path}`])).toString();
  } catch (error) {
    if (error instanceof GitFailure) return null;
    throw error;
  }
}

async function commitOf(root: string, ref: string, what: string): Promise<string> {
  const sha = await tryGit(root, [
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${ref}^{commit}`,
  ]);
  if (sha) return sha;
  const shallow = (await tryGit(root, ['rev-parse', '--is-shallow-repository'])) === 'true';
  throw new UserError(
    `The ${what} ${ref} is not in this clone`,
    shallow
      ? 'The clone is shallow: fetch the whole history (`fetch-depth: 0` in actions/checkout, or `git fetch --unshallow`).'
      : `Fetch it first (\`git fetch origin\`), or name a commit that \`git log\` knows.`,
  );
}

async function mergeBase(root: string, base: string, head: string): Promise<string> {
  const sha = await tryGit(root, ['merge-base', base, head]);
  if (sha) return sha;
  const shallow = (await tryGit(root, ['rev-parse', '--is-shallow-repository'])) === 'true';
  throw new UserError(
    `No common ancestor of ${base.slice(0, 12)} and ${head.slice(0, 12)} is in this clone`,
    shallow
      ? 'The clone is shallow: fetch the whole history (`fetch-depth: 0` in actions/checkout, or `git fetch --unshallow`).'
      : 'Name a base that the head branched off from.',
  );
}

/** Where the current branch left the default branch; HEAD on that branch itself; null before the first commit. */
async function worktreeBase(root: string): Promise<string | null> {
  const head = await tryGit(root, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']);
  if (!head) return null;
  const remote = await tryGit(root, ['symbolic-ref', '--quiet', 'refs/remotes/origin/HEAD']);
  const candidates = ['refs/remotes/origin/main', 'refs/remotes/origin/master'];
  candidates.push('refs/heads/main', 'refs/heads/master');
  for (const ref of remote ? [remote, ...candidates] : candidates) {
    const sha = await tryGit(root, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]);
    if (sha) return (await tryGit(root, ['merge-base', sha, head])) ?? head;
  }
  return head;
}

/** Whether a file's content is worth reading: a known language, or none by its name alone. */
function mayHoldCode(path: string): boolean {
  return detectLanguage(path) !== null || extensionOf(path) === '';
}

/** A file below `root`, or why it is not read. Links are not followed out of the root. */
function readBelow(root: string, path: string): { content: Buffer } | { skipped: string } {
  const full = resolve(root, path);
  const inside = (child: string, parent: string): boolean => {
    const way = relative(parent, child);
    return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  };
  if (path.includes('\0') || !inside(full, root)) return { skipped: 'outside of the repository' };
  try {
    const stat = lstatSync(full);
    if (stat.isSymbolicLink()) return { skipped: 'symbolic link' };
    if (!stat.isFile()) return { skipped: 'not a regular file' };
    if (!inside(realpathSync(full), realpathSync(root)))
      return { skipped: 'outside of the repository' };
    if (stat.size > MAX_FILE_BYTES) return { skipped: 'larger than 10 MB' };
    return { content: readFileSync(full) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { skipped: code === 'ENOENT' ? 'not in the working tree' : `cannot be read (${code})` };
  }
}

const isNull = (id: string): boolean => /^0+$/.test(id);

/** Contents on both sides of the files of a git diff. */
async function withContents(
  root: string,
  diffs: readonly FileDiff[],
  after: { rev: string } | 'worktree',
): Promise<ChangeFile[]> {
  const wanted = new Map<FileDiff, { before: string | null; after: string | null }>();
  for (const diff of diffs) {
    const { file, blobs } = diff;
    if (file.skipped || !mayHoldCode(file.path)) continue;
    // A file that is only renamed has no index line: both sides are the same content.
    const whole = after === 'worktree' || /\n/.test(file.path) ? null : `${after.rev}:${file.path}`;
    wanted.set(diff, {
      before: blobs && !isNull(blobs.before) ? blobs.before : null,
      after: after === 'worktree' || file.status === 'deleted' ? null : (blobs?.after ?? whole),
    });
  }
  const names = [...wanted.values()].flatMap(({ before: a, after: b }) => [a, b]);
  const contents = await readBlobs(
    root,
    names.filter((name) => name !== null),
    MAX_FILE_BYTES,
  );
  return diffs.map((diff): ChangeFile => {
    const { file, blobs } = diff;
    const names = wanted.get(diff);
    if (!names) return { file, before: null, after: null };
    const pick = (name: string | null) => (name === null ? undefined : contents.get(name));
    const current =
      after === 'worktree' && file.status !== 'deleted'
        ? readBelow(root, file.path)
        : pick(names.after);
    const base = blobs ? pick(names.before) : current;
    if (current && 'skipped' in current)
      return { file: { ...file, skipped: current.skipped }, before: null, after: null };
    return {
      file,
      before: base && 'content' in base ? base.content : null,
      after: current?.content ?? null,
    };
  });
}

/** A whole file as an added one. */
function wholeFile(root: string, path: string): ChangeFile {
  const file: ChangedFile = { status: 'added', path, changedLines: [], hunks: [] };
  if (!mayHoldCode(path)) return { file, before: null, after: null };
  const read = readBelow(root, path);
  if ('skipped' in read)
    return { file: { ...file, skipped: read.skipped }, before: null, after: null };
  return { file, before: null, after: read.content };
}

function pathArguments(root: string, folder: string, paths: readonly string[]): string[] {
  return paths.map((path) => {
    const full = resolve(folder, path);
    const way = relative(root, full);
    if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way))
      throw new UserError(
        `${path} lies outside of the repository ${root}`,
        'Run xccd in the repository that holds it.',
      );
    return way === '' ? '.' : way.split(sep).join('/');
  });
}

async function untracked(root: string, paths: readonly string[]): Promise<string[]> {
  const args = ['ls-files', '-z', '--others', '--exclude-standard', '--full-name', '--', ...paths];
  return (await git(root, args)).toString().split('\0').filter(Boolean);
}

/** Every file below a folder that is no git repository, without hidden and installed ones. */
function walk(root: string, folder: string): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries.flatMap((entry) => {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') return [];
    const path = folder === '' || folder === '.' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return walk(root, path);
    return entry.isFile() ? [path] : [];
  });
}

async function listFiles(
  root: string,
  paths: readonly string[],
  isGit: boolean,
): Promise<string[]> {
  const found = new Set<string>();
  for (const path of paths) {
    let stat;
    try {
      stat = lstatSync(join(root, path));
    } catch {
      throw new UserError(`There is no ${path} in ${root}`, 'Name files or folders that exist.');
    }
    if (stat.isFile()) found.add(path);
    else if (stat.isDirectory()) {
      const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', path];
      const inside = isGit
        ? (await git(root, args)).toString().split('\0').filter(Boolean)
        : walk(root, path);
      for (const file of inside) found.add(file);
    }
  }
  return [...found].sort();
}

/** The files of a diff, completed from the working tree on whichever side of the change it is. */
function fromDiff(root: string, diffs: readonly FileDiff[]): ChangeFile[] {
  const encode = (text: string | null): Uint8Array | null =>
    text === null ? null : Buffer.from(text);
  return diffs.map((diff): ChangeFile => {
    const { file } = diff;
    const skip = (skipped: string): ChangeFile => ({
      file: { ...file, skipped },
      before: null,
      after: null,
    });
    if (file.skipped || !mayHoldCode(file.path)) return { file, before: null, after: null };
    if (file.status === 'added') return { file, before: null, after: encode(applyDiff('', diff)) };
    if (file.status === 'deleted')
      return { file, before: encode(reverseDiff('', diff)), after: null };
    const current = readBelow(root, file.path);
    if ('content' in current) {
      const text = current.content.toString();
      const before = reverseDiff(text, diff);
      if (before !== null) return { file, before: encode(before), after: encode(text) };
    }
    const old = readBelow(root, file.previousPath ?? file.path);
    if ('skipped' in old) return skip('skipped' in current ? current.skipped : old.skipped);
    const text = old.content.toString();
    const after = applyDiff(text, diff);
    if (after === null) return skip('the diff does not fit the file in the working tree');
    return { file, before: encode(text), after: encode(after) };
  });
}

async function withRemarks(
  root: string,
  files: readonly ChangeFile[],
  base: string | null,
): Promise<ChangeFile[]> {
  if (files.every(({ after }) => after === null)) return [...files];
  const remarks = await fileRemarks(root, base);
  return files.map((file) => ({ ...file, ...remarks(file.file.path) }));
}

/**
 * Reads a change with the contents of its files, from git or the file system. Nothing is checked
 * out or run.
 *
 * @param folder where the user stands; `paths` are relative to it and limit the change
 * @throws UserError when a commit, a path or git itself is missing, or the diff cannot be read
 */
export async function openChange(
  request: ChangeRequest,
  options: { folder: string; paths?: readonly string[] },
): Promise<ChangeSource> {
  const { folder } = options;
  const gitRoot = await repositoryRoot(folder);
  const root = gitRoot ?? resolve(folder);
  const paths = pathArguments(root, realpathSync(folder), options.paths ?? []);
  const limit = paths.length > 0 ? ['--', ...paths] : ['--'];
  const source: AuditSource = { kind: request.kind, paths };
  const done = async (
    files: ChangeFile[],
    base: string | null,
    head: string | null,
  ): Promise<ChangeSource> => ({
    change: {
      files: gitRoot ? await withRemarks(root, files, base) : files,
      base,
      head,
      repository: gitRoot ? await repositoryName(root) : basename(root),
    },
    source,
    root,
  });

  if (request.kind === 'diff') {
    const within = (path: string): boolean =>
      paths.length === 0 ||
      paths.some((one) => one === '.' || path === one || path.startsWith(`${one}/`));
    const diffs = parseFileDiffs(request.text).filter(({ file }) => within(file.path));
    return done(fromDiff(root, diffs), null, null);
  }
  if (request.kind === 'paths') {
    const list = await listFiles(root, paths.length > 0 ? paths : ['.'], gitRoot !== null);
    const head = gitRoot ? await tryGit(root, ['rev-parse', '--verify', '--quiet', 'HEAD']) : null;
    const opened = await done(
      list.map((path) => wholeFile(root, path)),
      null,
      null,
    );
    return { ...opened, change: { ...opened.change, head: head || null } };
  }
  if (!gitRoot)
    throw new UserError(
      `${root} is no git repository, so there is no change to scan`,
      'Run xccd in a repository, name PATHs to scan as a whole, or pass --diff FILE.',
    );
  const diff = async (args: readonly string[]): Promise<FileDiff[]> =>
    parseFileDiffs((await git(root, [...DIFF, ...args, ...limit])).toString());

  if (request.kind === 'range') {
    const target = await commitOf(root, request.base, 'base');
    const head = await commitOf(root, request.head ?? 'HEAD', 'head');
    const base = await mergeBase(root, target, head);
    const files = await withContents(root, await diff([base, head]), { rev: head });
    return done(files, base, head);
  }
  if (request.kind === 'staged') {
    const base = await tryGit(root, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']);
    const files = await withContents(root, await diff(['--cached']), { rev: '' });
    return done(files, base || null, null);
  }
  const base =
    request.since === undefined ? await worktreeBase(root) : await sinceCommit(root, request.since);
  const tracked =
    base === null
      ? (await listFiles(root, paths.length > 0 ? paths : ['.'], true)).map((path) =>
          wholeFile(root, path),
        )
      : await withContents(root, await diff([base]), 'worktree');
  const fresh = base === null ? [] : await untracked(root, paths);
  return done([...tracked, ...fresh.map((path) => wholeFile(root, path))], base, null);
}
