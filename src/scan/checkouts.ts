import { createHash } from 'node:crypto';
import { openSourceTree, type SourceTree } from '../corpus/source-tree.js';
import type { CorpusStore } from '../corpus/types.js';
import { UserError } from '../errors.js';

/** A local copy of a repository of the corpus. */
export interface Checkout {
  /** Name of the repository in the corpus; null takes the one that the folder's remote tells. */
  repository: string | null;
  /** Working tree, bare repository or plain folder. */
  folder: string;
}

/**
 * Reads `NAME=FOLDER` or `FOLDER`.
 *
 * @throws UserError when the name or the folder is empty
 */
export function parseCheckout(text: string): Checkout {
  const at = text.indexOf('=');
  const repository = at === -1 ? null : text.slice(0, at);
  const folder = text.slice(at + 1);
  if (repository === '' || folder === '')
    throw new UserError(
      `${text} names no repository's folder`,
      'Give NAME=FOLDER, such as --source acme/billing=../billing, or FOLDER alone.',
    );
  return { repository, folder };
}

interface Lines {
  repository: string;
  path: string;
  startLine: number;
  endLine: number;
}

function isSameContent(bytes: Uint8Array, contentHash: string | undefined): boolean {
  if (contentHash === undefined) return false;
  if (contentHash.startsWith('git:')) {
    const blob = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes);
    return contentHash === `git:${blob.digest('hex')}`;
  }
  return contentHash === createHash('sha256').update(bytes).digest('hex');
}

/** Local copies of repositories of a corpus, to read code from. To be closed. */
export class Checkouts {
  private readonly trees = new Map<string, SourceTree>();

  private constructor(private readonly store: CorpusStore) {}

  /**
   * Opens the copies, and the repository around `folder` where the corpus holds it.
   *
   * @throws UserError when a copy cannot be read, or is of no repository of the corpus
   */
  static async open(
    store: CorpusStore,
    folder: string,
    copies: readonly Checkout[],
  ): Promise<Checkouts> {
    const checkouts = new Checkouts(store);
    const known = new Set((await store.repositories()).map(({ name }) => name));
    try {
      for (const { repository, folder: copy } of copies) {
        const tree = await openSourceTree(copy);
        const name = repository ?? tree.repository;
        if (!checkouts.add(name, tree, known))
          throw new UserError(
            `The corpus holds no repository ${name}`,
            'Name one that `xccd index list` shows: --source NAME=FOLDER.',
          );
      }
      const own = await openSourceTree(folder);
      checkouts.add(own.repository, own, known);
    } catch (error) {
      checkouts.close();
      throw error;
    }
    return checkouts;
  }

  private add(name: string, tree: SourceTree, known: ReadonlySet<string>): boolean {
    if (!known.has(name) || this.trees.has(name)) {
      tree.close();
      return known.has(name);
    }
    this.trees.set(name, tree);
    return true;
  }

  /**
   * The code of those functions whose repository is at hand. A file that is no longer what was
   * indexed gives none: its lines may be others. Nothing is checked out or run.
   */
  async read<T extends Lines>(functions: Iterable<T>): Promise<Map<T, string>> {
    const code = new Map<T, string>();
    const byFile = new Map<string, Map<string, T[]>>();
    for (const item of functions) {
      if (!this.trees.has(item.repository)) continue;
      const files = byFile.get(item.repository) ?? new Map<string, T[]>();
      byFile.set(item.repository, files);
      files.set(item.path, [...(files.get(item.path) ?? []), item]);
    }
    for (const [repository, files] of byFile) {
      const hashes = await this.store.fileHashes(repository);
      const tree = this.trees.get(repository)!;
      const there = new Set(tree.paths);
      for (const [path, items] of files) {
        const bytes = there.has(path) ? await tree.read(path) : null;
        if (!bytes || !isSameContent(bytes, hashes.get(path))) continue;
        const lines = bytes.toString('utf8').split(/\r\n|\r|\n/);
        for (const item of items)
          code.set(item, lines.slice(item.startLine - 1, item.endLine).join('\n'));
      }
    }
    return code;
  }

  close(): void {
    for (const tree of this.trees.values()) tree.close();
    this.trees.clear();
  }
}
