import { createHash } from 'node:crypto';
import { matchRequest, type MatchedRequest } from './openapi.js';

export interface FakeComment {
  id: number;
  nodeId: string;
  body: string;
  userId: number;
  path?: string;
  line?: number;
  /** Hidden, and why: `OUTDATED`, `RESOLVED`, `SPAM`, … */
  minimized?: string;
}

interface FakeThread {
  resolved: boolean;
  comments: FakeComment[];
}

/** A changed file; null: absent on that side. */
export interface FakeFile {
  before: string | null;
  after: string | null;
  patch?: string;
  /** What the list of changed files says otherwise. */
  entry?: Record<string, unknown>;
}

export interface FakePullRequest {
  number: number;
  headSha: string;
  baseSha: string;
  baseRef: string;
  draft: boolean;
  fork: boolean;
  /** Files before and after the change. */
  files: Map<string, FakeFile>;
  threads: FakeThread[];
  comments: FakeComment[];
  reviews: number;
}

export interface FakeCheck {
  id: number;
  headSha: string;
  status: string;
  conclusion?: string;
  externalId?: string;
  output: { title?: string; summary?: string; annotations: unknown[] };
}

/**
 * How a request goes wrong: GitHub answers with this status; the connection is cut before GitHub has
 * done anything (`cut`), or after it has (`lost`); it never answers (`silent`).
 */
export type FakeFault = number | 'cut' | 'lost' | 'silent';

interface Fault {
  operationId: string;
  fault: FakeFault;
  headers: Record<string, string>;
  message: string;
}

type Handler = (request: MatchedRequest, body: Record<string, unknown>) => unknown;

const NEW_SIDE = /^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@/gm;

function blobSha(text: string): string {
  return createHash('sha1')
    .update(`blob ${Buffer.byteLength(text)}\0${text}`)
    .digest('hex');
}

/** The `link` header of an answer that fills its page: there may be more. */
function nextPage(url: URL, answer: unknown): Record<string, string> {
  const list = Array.isArray(answer)
    ? answer
    : (answer as { repositories?: unknown[] }).repositories;
  const size = Number(url.searchParams.get('per_page') ?? 30);
  if (!list || list.length < size || !url.searchParams.has('per_page')) return {};
  const next = new URL(url);
  next.searchParams.set('page', String(Number(url.searchParams.get('page') ?? 1) + 1));
  return { link: `<${next.href}>; rel="next"` };
}

/** Thrown by a handler: GitHub says no. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * A GitHub that keeps state, checks every request against GitHub's own API description, refuses
 * review comments outside the diff with 422 (the whole review, without naming the line), and fails
 * on command. Give `fetch` to a client.
 */
export class FakeGitHub {
  readonly owner = 'acme';
  readonly repo = 'shop';
  /** User id that writes with our token. */
  readonly botId = 4242;
  /** Whether the repository is private. */
  private = false;
  /** Answers of further operations, by id; undefined leaves the answer to the fake itself. */
  readonly more: Record<
    string,
    (request: MatchedRequest, body: Record<string, unknown>) => unknown
  > = {};
  readonly pulls = new Map<number, FakePullRequest>();
  readonly checks: FakeCheck[] = [];
  readonly permissions = new Map<string, string>();
  /** Reactions to comments, in order. */
  readonly reactions: string[] = [];
  private readonly reacted: { commentId: number; content: string }[] = [];
  /** Sent with every good answer. */
  headers: Record<string, string> = {};
  /** Every request in order: `operationId`. */
  readonly requests: string[] = [];
  private readonly blobs = new Map<string, string>();
  private readonly faults: Fault[] = [];
  private nextId = 1000;

  addPull(pull: Partial<FakePullRequest> & { number: number }): FakePullRequest {
    const full: FakePullRequest = {
      headSha: 'a'.repeat(40),
      baseSha: 'b'.repeat(40),
      baseRef: 'main',
      draft: false,
      fork: false,
      files: new Map(),
      threads: [],
      comments: [],
      reviews: 0,
      ...pull,
    };
    this.pulls.set(full.number, full);
    return full;
  }

  /** The next call of an operation goes wrong; `graphql` stands for GitHub's other API. */
  failNext(
    operationId: string,
    fault: FakeFault,
    headers: Record<string, string> = {},
    message = 'made to fail',
  ): void {
    this.faults.push({ operationId, fault, headers, message });
  }

  private takeFault(operationId: string): Fault | undefined {
    const at = this.faults.findIndex((fault) => fault.operationId === operationId);
    return at < 0 ? undefined : this.faults.splice(at, 1)[0];
  }

  /** Answers through a fault, if there is one; `done` is what GitHub does with the request. */
  private async through(
    fault: Fault | undefined,
    signal: AbortSignal,
    done: () => Response,
  ): Promise<Response> {
    if (!fault) return done();
    switch (fault.fault) {
      case 'cut':
        throw new TypeError('fetch failed: socket hang up');
      case 'lost':
        done();
        throw new TypeError('fetch failed: socket hang up');
      case 'silent':
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        });
      default:
        return this.answer(fault.fault, { message: fault.message }, fault.headers);
    }
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const text = await request.text();
    const body = text ? (JSON.parse(text) as Record<string, unknown>) : {};
    if (url.pathname === '/graphql') {
      const fault = this.takeFault('graphql');
      return this.through(fault, request.signal, () => this.answer(200, this.graphql(body)));
    }
    const matched = matchRequest(request.method, url, text ? body : undefined);
    if (!matched) throw new Error(`GitHub has no ${request.method} ${url.pathname}`);
    if (matched.errors.length > 0) {
      throw new Error(`${matched.operationId}: ${matched.errors.join('; ')}`);
    }
    this.requests.push(matched.operationId);
    const fault = this.takeFault(matched.operationId);
    return this.through(fault, request.signal, () => this.handle(matched, url, body));
  };

  private handle(matched: MatchedRequest, url: URL, body: Record<string, unknown>): Response {
    const handler = this.handlers[matched.operationId];
    const further = this.more[matched.operationId];
    if (!handler && !further) throw new Error(`this fake does not know ${matched.operationId}`);
    try {
      const answer = further?.(matched, body) ?? handler?.(matched, body);
      if (answer === undefined) throw new Refusal(404, 'Not Found');
      const response = this.answer(200, answer, { ...this.headers, ...nextPage(url, answer) });
      // Octokit's pagination reads it.
      return Object.defineProperty(response, 'url', { value: url.href });
    } catch (error) {
      if (error instanceof Refusal) return this.answer(error.status, { message: error.message });
      throw error;
    }
  }

  private answer(status: number, data: unknown, headers: Record<string, string> = {}): Response {
    return new Response(JSON.stringify(data), {
      status,
      headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    });
  }

  private pull(request: MatchedRequest, name = 'pull_number'): FakePullRequest {
    const pull = this.pulls.get(Number(request.params[name]));
    if (!pull) throw new Refusal(404, 'Not Found');
    return pull;
  }

  private listed(pull: FakePullRequest) {
    return [...pull.files].map(([filename, { before, after, patch, entry }]) => {
      const content = after ?? before ?? '';
      this.blobs.set(blobSha(content), content);
      return {
        filename,
        status: before === null ? 'added' : after === null ? 'removed' : 'modified',
        sha: blobSha(content),
        patch,
        ...entry,
      };
    });
  }

  private page<T>(items: T[], request: MatchedRequest): T[] {
    const size = Number(request.query.per_page ?? 30);
    const page = Number(request.query.page ?? 1);
    return items.slice((page - 1) * size, page * size);
  }

  private readonly handlers: Record<string, Handler> = {
    'pulls/get': (request) => {
      const pull = this.pull(request);
      const base = `${this.owner}/${this.repo}`;
      return {
        number: pull.number,
        state: 'open',
        draft: pull.draft,
        head: { sha: pull.headSha, repo: { full_name: pull.fork ? `guest/${this.repo}` : base } },
        base: { sha: pull.baseSha, ref: pull.baseRef, repo: { full_name: base } },
      };
    },
    'repos/compare-commits-with-basehead': (request) => {
      const [base, head] = request.params.basehead!.split('...');
      const pull = [...this.pulls.values()].find((p) => p.headSha === head);
      return {
        merge_base_commit: { sha: base },
        files: pull ? this.listed(pull).slice(0, 300) : [],
      };
    },
    'pulls/list-files': (request) =>
      this.page(this.listed(this.pull(request)).slice(0, 3000), request),
    'repos/get': () => ({
      name: this.repo,
      full_name: `${this.owner}/${this.repo}`,
      private: this.private,
      default_branch: 'main',
    }),
    'git/get-tree': (request) => {
      const id = request.params.tree_sha;
      const tree = [...this.pulls.values()].flatMap((pull) =>
        [...pull.files].flatMap(([path, { before, after }]) => {
          const text = id === pull.headSha ? after : id === pull.baseSha ? before : null;
          if (text === null) return [];
          this.blobs.set(blobSha(text), text);
          return [{ path, mode: '100644', type: 'blob', sha: blobSha(text), size: text.length }];
        }),
      );
      return { sha: id, tree, truncated: false };
    },
    'git/get-blob': (request) => {
      const content = this.blobs.get(request.params.file_sha!);
      if (content === undefined) throw new Refusal(404, 'Not Found');
      return { content: Buffer.from(content).toString('base64'), encoding: 'base64' };
    },
    'repos/get-content': (request) => {
      const { ref } = request.query;
      const all = [...this.pulls.values()];
      const known = all.filter(({ headSha, baseSha }) => ref === headSha || ref === baseSha);
      for (const pull of known.length > 0 ? known : all) {
        const file = pull.files.get(request.params.path!);
        const text = ref === pull.headSha ? file?.after : file?.before;
        if (text != null) {
          const large = text.length > 1024 * 1024;
          if (large) this.blobs.set(blobSha(text), text);
          return {
            type: 'file',
            encoding: large ? 'none' : 'base64',
            content: large ? '' : Buffer.from(text).toString('base64'),
            sha: blobSha(text),
          };
        }
      }
      throw new Refusal(404, 'Not Found');
    },
    'users/get-authenticated': () => ({ id: this.botId, login: 'xccd[bot]' }),
    'repos/get-collaborator-permission-level': (request) => {
      const permission = this.permissions.get(request.params.username!);
      if (!permission) throw new Refusal(404, 'Not Found');
      return { permission };
    },
    'pulls/create-review': (request, body) => {
      const pull = this.pull(request);
      const comments = (body.comments ?? []) as {
        path: string;
        line: number;
        start_line?: number;
        body: string;
      }[];
      const placed = comments.every(({ path, line, start_line: start = line }) =>
        [...(pull.files.get(path)?.patch ?? '').matchAll(NEW_SIDE)].some(([, from, length]) => {
          const first = Number(from);
          const last = first + Number(length ?? 1) - 1;
          return start >= first && line <= last && (start === line || start < line);
        }),
      );
      if (!placed || body.commit_id !== pull.headSha) {
        throw new Refusal(422, 'Unprocessable Entity');
      }
      pull.reviews += 1;
      for (const comment of comments) {
        const id = this.nextId++;
        pull.threads.push({
          resolved: false,
          comments: [{ ...comment, id, nodeId: `N${id}`, userId: this.botId }],
        });
      }
      return { id: this.nextId++ };
    },
    'issues/list-comments': (request) =>
      this.page(
        this.pull(request, 'issue_number').comments.map(({ id, body, userId }) => ({
          id,
          body,
          user: { id: userId },
        })),
        request,
      ),
    'issues/create-comment': (request, body) => {
      const id = this.nextId++;
      this.pull(request, 'issue_number').comments.push({
        id,
        nodeId: `N${id}`,
        body: String(body.body),
        userId: this.botId,
      });
      return { id };
    },
    'issues/update-comment': (request, body) => {
      const comment = [...this.pulls.values()]
        .flatMap((pull) => pull.comments)
        .find(({ id }) => id === Number(request.params.comment_id));
      if (!comment) throw new Refusal(404, 'Not Found');
      comment.body = String(body.body);
      return { id: comment.id };
    },
    'apps/create-installation-access-token': () => ({
      token: 'ghs_fake',
      expires_at: new Date(Date.now() + 3_600_000).toISOString(),
      permissions: {},
    }),
    'apps/list-installations': () => [],
    'apps/get-authenticated': () => ({ id: 1, slug: 'xccd' }),
    'users/get-by-username': () => ({ id: this.botId, login: 'xccd[bot]' }),
    'repos/list-pull-requests-associated-with-commit': (request) =>
      [...this.pulls.values()]
        .filter((pull) => pull.headSha === request.params.commit_sha)
        .map((pull) => ({
          number: pull.number,
          state: 'open',
          head: { sha: pull.headSha },
        })),
    'reactions/create-for-issue-comment': (request, body) => this.react(request, body),
    'reactions/create-for-pull-request-review-comment': (request, body) =>
      this.react(request, body),
    'reactions/list-for-issue-comment': (request) => this.reactionsTo(request),
    'reactions/list-for-pull-request-review-comment': (request) => this.reactionsTo(request),
    'pulls/get-review-comment': (request) => {
      const { comment } = this.reviewComment(request);
      return { id: comment.id, body: comment.body, user: { id: comment.userId } };
    },
    'pulls/update-review-comment': (request, body) => {
      const { comment } = this.reviewComment(request);
      comment.body = String(body.body);
      return { id: comment.id };
    },
    'pulls/list-review-comments': (request) =>
      this.page(
        this.pull(request).threads.flatMap(({ comments }) =>
          comments.map(({ id, body, userId }, i) => ({
            id,
            body,
            user: { id: userId },
            ...(i > 0 ? { in_reply_to_id: comments[0]!.id } : {}),
          })),
        ),
        request,
      ),
    'pulls/create-reply-for-review-comment': (request, body) => {
      const { thread, comment } = this.reviewComment(request);
      // GitHub takes answers to the first comment of a thread only.
      if (thread.comments[0] !== comment) throw new Refusal(422, 'not the start of a thread');
      const id = this.nextId++;
      thread.comments.push({ id, nodeId: `N${id}`, body: String(body.body), userId: this.botId });
      return { id };
    },
    'checks/list-annotations': (request) => {
      const check = this.checks.find(({ id }) => id === Number(request.params.check_run_id));
      if (!check) throw new Refusal(404, 'Not Found');
      return this.page(check.output.annotations, request);
    },
    'checks/list-for-ref': (request) => {
      const found = this.checks.filter((check) => check.headSha === request.params.ref);
      return {
        total_count: found.length,
        check_runs: found.map(({ id, status, conclusion = null, externalId = null, output }) => ({
          ...{ id, status, conclusion, external_id: externalId },
          output: { annotations_count: output.annotations.length },
        })),
      };
    },
    'checks/get': (request) => {
      const check = this.checks.find(({ id }) => id === Number(request.params.check_run_id));
      if (!check) throw new Refusal(404, 'Not Found');
      const { id, status, output } = check;
      return { id, status, output: { annotations_count: output.annotations.length } };
    },
    'checks/create': (_request, body) => {
      const check: FakeCheck = {
        id: this.nextId++,
        headSha: String(body.head_sha),
        status: String(body.status),
        ...(body.external_id === undefined ? {} : { externalId: String(body.external_id) }),
        output: { annotations: [] },
      };
      this.checks.push(check);
      return { id: check.id };
    },
    'checks/update': (request, body) => {
      const check = this.checks.find(({ id }) => id === Number(request.params.check_run_id));
      if (!check) throw new Refusal(404, 'Not Found');
      const output = (body.output ?? {}) as {
        title?: string;
        summary?: string;
        annotations?: unknown[];
      };
      if ((output.annotations ?? []).length > 50) throw new Refusal(422, 'too many annotations');
      check.output = {
        ...check.output,
        ...output,
        annotations: [...check.output.annotations, ...(output.annotations ?? [])],
      };
      if (body.status) check.status = String(body.status);
      if (body.conclusion) check.conclusion = String(body.conclusion);
      return { id: check.id };
    },
  };

  private react(request: MatchedRequest, body: Record<string, unknown>): unknown {
    const content = String(body.content);
    this.reactions.push(content);
    this.reacted.push({ commentId: Number(request.params.comment_id), content });
    return { id: this.nextId++ };
  }

  private reactionsTo(request: MatchedRequest): unknown {
    const commentId = Number(request.params.comment_id);
    const found = this.reacted.filter((reaction) => reaction.commentId === commentId);
    return this.page(
      found.map(({ content }) => ({ content, user: { id: this.botId } })),
      request,
    );
  }

  private reviewComment(request: MatchedRequest): { thread: FakeThread; comment: FakeComment } {
    for (const thread of [...this.pulls.values()].flatMap(({ threads }) => threads)) {
      const comment = thread.comments.find(({ id }) => id === Number(request.params.comment_id));
      if (comment) return { thread, comment };
    }
    throw new Refusal(404, 'Not Found');
  }

  private graphql(body: Record<string, unknown>): unknown {
    const variables = (body.variables ?? {}) as Record<string, unknown>;
    const query = String(body.query);
    if (/\b(un)?minimizeComment\b/.test(query)) {
      const hidden = query.includes('unminimizeComment') ? undefined : String(variables.why);
      for (const pull of this.pulls.values()) {
        for (const comment of pull.threads.flatMap((thread) => thread.comments)) {
          if (comment.nodeId === variables.id) comment.minimized = hidden;
        }
      }
      return { data: { minimizeComment: { minimizedComment: { isMinimized: true } } } };
    }
    const pull = this.pulls.get(Number(variables.number));
    if (!pull) return { data: { repository: { pullRequest: null } } };
    const start = Number(variables.cursor ?? 0);
    const page = pull.threads.slice(start, start + 100);
    const more = start + 100 < pull.threads.length;
    return {
      data: {
        repository: {
          pullRequest: {
            reviewThreads: {
              pageInfo: { hasNextPage: more, endCursor: more ? String(start + 100) : null },
              nodes: page.map((thread) => ({
                isResolved: thread.resolved,
                comments: {
                  nodes: thread.comments.map((comment) => ({
                    databaseId: comment.id,
                    id: comment.nodeId,
                    isMinimized: comment.minimized !== undefined,
                    minimizedReason: comment.minimized?.toLowerCase() ?? null,
                    body: comment.body,
                    author: { databaseId: comment.userId },
                  })),
                },
              })),
            },
          },
        },
      },
    };
  }
}
