import { gitBlobSha } from '../../src/github/blob-cache.js';
import { Refusal, type FakeGitHub } from './github.js';
import type { MatchedRequest } from './openapi.js';

export interface FakeRepository {
  id: number;
  /** `owner/name`. */
  name: string;
  private: boolean;
  fork: boolean;
  pushedAt: string;
  files: Map<string, string>;
}

/** Repositories that a fake GitHub's App is installed on, with their trees and blobs. */
export class FakeRepositories {
  readonly all: FakeRepository[] = [];
  /** Entries of a recursive tree beyond which it is cut. */
  maxEntries = 100_000;
  private readonly blobs = new Map<string, string>();
  private nextId = 1;
  private pushes = 0;

  constructor(
    private readonly github: FakeGitHub,
    readonly installationId = 5,
  ) {
    Object.assign(github.more, {
      'repos/get': (request: MatchedRequest) => this.about(this.find(request)),
      'repos/get-branch': (request: MatchedRequest) => {
        const found = this.find(request);
        if (!found) return undefined;
        if (found.files.size === 0) throw new Refusal(404, 'Branch not found');
        return { name: 'main', commit: { sha: this.head(found) } };
      },
      'git/get-tree': (request: MatchedRequest) => this.tree(request),
      'git/get-blob': (request: MatchedRequest) => {
        const text = this.blobs.get(request.params.file_sha!);
        return text === undefined
          ? undefined
          : { content: Buffer.from(text).toString('base64'), encoding: 'base64' };
      },
      'apps/list-installations': () => [{ id: installationId, suspended_at: null }],
      'apps/list-repos-accessible-to-installation': () => ({
        total_count: this.all.length,
        repositories: this.all.map((one) => this.about(one)),
      }),
    });
  }

  add(
    name: string,
    files: Readonly<Record<string, string>>,
    more: Partial<FakeRepository> = {},
  ): FakeRepository {
    const repository: FakeRepository = {
      id: this.nextId++,
      name,
      private: true,
      fork: false,
      pushedAt: '',
      files: new Map(),
      ...more,
    };
    this.all.push(repository);
    this.push(repository, files);
    return repository;
  }

  /** Changes files; null deletes one. */
  push(repository: FakeRepository, files: Readonly<Record<string, string | null>>): void {
    for (const [path, text] of Object.entries(files)) {
      if (text === null) repository.files.delete(path);
      else {
        repository.files.set(path, text);
        this.blobs.set(gitBlobSha(Buffer.from(text)), text);
      }
    }
    repository.pushedAt = new Date(Date.UTC(2026, 0, 1, 0, 0, this.pushes++)).toISOString();
  }

  head({ id, pushedAt }: FakeRepository): string {
    return gitBlobSha(Buffer.from(`${id} ${pushedAt}`));
  }

  private find(request: MatchedRequest): FakeRepository | undefined {
    const name = `${request.params.owner}/${request.params.repo}`;
    const found = this.all.find((one) => one.name === name);
    // The fake's own repository is its own affair.
    if (!found && name !== `${this.github.owner}/${this.github.repo}`) {
      throw new Refusal(404, 'Not Found');
    }
    return found;
  }

  private about(one: FakeRepository | undefined) {
    return (
      one && {
        id: one.id,
        name: one.name.split('/')[1],
        full_name: one.name,
        html_url: `https://github.com/${one.name}`,
        private: one.private,
        fork: one.fork,
        default_branch: 'main',
        pushed_at: one.pushedAt,
      }
    );
  }

  /** The SHA of a folder names its path here, which is all that a caller may do with it. */
  private tree(request: MatchedRequest): unknown {
    const found = this.find(request);
    if (!found) return undefined;
    const id = request.params.tree_sha!;
    const folder = id.startsWith('dir:') ? id.slice(4) : '';
    const recursive = request.query.recursive !== undefined;
    const entries: object[] = [];
    const folders = new Set<string>();
    for (const [path, text] of found.files) {
      if (!path.startsWith(folder)) continue;
      const rest = path.slice(folder.length);
      const slash = rest.indexOf('/');
      if (recursive || slash < 0) {
        const bytes = Buffer.from(text);
        entries.push({
          path: rest,
          mode: '100644',
          type: 'blob',
          sha: gitBlobSha(bytes),
          size: bytes.length,
        });
      } else if (!folders.has(rest.slice(0, slash))) {
        folders.add(rest.slice(0, slash));
        entries.push({
          path: rest.slice(0, slash),
          mode: '040000',
          type: 'tree',
          sha: `dir:${folder}${rest.slice(0, slash)}/`,
        });
      }
    }
    const truncated = recursive && entries.length > this.maxEntries;
    return { sha: id, tree: truncated ? entries.slice(0, this.maxEntries) : entries, truncated };
  }
}
