import { Worker } from 'node:worker_threads';
import { parseFile, type ParsedFile } from './parse-file.js';
import type { ParseAnswer, ParseRequest } from './parse-worker.js';

/** Parses files: here, or in threads of their own. */
export interface Parser {
  parse(path: string, bytes: Uint8Array): Promise<ParsedFile>;
  close(): Promise<void>;
}

/** A file that takes longer is skipped, in milliseconds. */
const TIME_LIMIT = 60_000;

interface Task {
  request: ParseRequest;
  done(file: ParsedFile): void;
}

const WORKER = new URL(
  import.meta.url.endsWith('.ts') ? './parse-worker.ts' : './parse-worker.js',
  import.meta.url,
);

/**
 * @param threads worker threads; 0 parses in this one, which is quicker for a few files
 * @param minTokens smaller functions are left out
 */
export function createParser(threads: number, minTokens: number): Parser {
  if (threads > 0) return new ParsePool(threads, minTokens);
  return {
    parse: async (path, bytes) => {
      try {
        return await parseFile(path, bytes, minTokens);
      } catch (error) {
        return failed(error instanceof Error ? error.message : String(error));
      }
    },
    close: async () => {},
  };
}

const failed = (why: string): ParsedFile => ({ functions: [], skipped: `parser failed: ${why}` });

class ParsePool implements Parser {
  private readonly idle: Worker[] = [];
  private readonly workers = new Set<Worker>();
  private readonly waiting: Task[] = [];
  private closed = false;

  constructor(
    private readonly threads: number,
    private readonly minTokens: number,
  ) {}

  parse(path: string, bytes: Uint8Array): Promise<ParsedFile> {
    return new Promise((done) => {
      this.waiting.push({ request: { path, bytes, minTokens: this.minTokens }, done });
      this.next();
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    this.waiting.length = 0;
    await Promise.all([...this.workers].map((worker) => worker.terminate()));
  }

  private next(): void {
    if (this.waiting.length === 0 || this.closed) return;
    let worker = this.idle.pop();
    if (!worker) {
      if (this.workers.size >= this.threads) return;
      worker = this.start();
    }
    this.run(worker, this.waiting.shift()!);
  }

  private start(): Worker {
    const worker = new Worker(WORKER);
    this.workers.add(worker);
    // Whatever ends a thread, also an idle one, takes it out; its task has listeners of its own.
    worker.on('error', () => {});
    worker.on('exit', () => {
      this.workers.delete(worker);
      const at = this.idle.indexOf(worker);
      if (at >= 0) this.idle.splice(at, 1);
    });
    return worker;
  }

  private run(worker: Worker, { request, done }: Task): void {
    const finish = (file: ParsedFile, alive: boolean) => {
      clearTimeout(timer);
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      if (alive) this.idle.push(worker);
      else {
        this.workers.delete(worker);
        void worker.terminate();
      }
      done(file);
      this.next();
    };
    const timer = setTimeout(
      () => finish(failed(`took longer than ${TIME_LIMIT / 1000} s`), false),
      TIME_LIMIT,
    );
    const onMessage = (answer: ParseAnswer) => {
      // A parser that failed inside its WebAssembly may not be used again.
      if ('file' in answer) finish(answer.file, true);
      else finish(failed(answer.failure), false);
    };
    const onError = (error: Error) => finish(failed(error.message), false);
    const onExit = (code: number) => finish(failed(`its thread ended with code ${code}`), false);
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.postMessage(request);
  }
}
