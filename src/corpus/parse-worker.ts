import { parentPort } from 'node:worker_threads';
import { parseFile, type ParsedFile } from './parse-file.js';

export interface ParseRequest {
  path: string;
  bytes: Uint8Array;
  minTokens: number;
}

export type ParseAnswer = { file: ParsedFile } | { failure: string };

parentPort?.on('message', ({ path, bytes, minTokens }: ParseRequest) => {
  void parseFile(path, bytes, minTokens)
    .then(
      (file): ParseAnswer => ({ file }),
      (error: unknown): ParseAnswer => ({
        failure: error instanceof Error ? error.message : String(error),
      }),
    )
    .then((answer) => parentPort!.postMessage(answer));
});
