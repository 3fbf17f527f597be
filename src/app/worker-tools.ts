import type { LabelStore } from '../corpus/label.js';
import type { CorpusStore } from '../corpus/types.js';
import type { BlobCache } from '../github/blob-cache.js';
import type { GitHubClient } from '../github/types.js';
import type { Student } from '../student/types.js';
import type { ScanJob } from './jobs.js';

/** What a worker needs to do a job. */
export interface WorkerTools {
  client(installationId: number): Promise<GitHubClient>;
  /** User id that our comments are written with. */
  authorId(installationId: number): Promise<number>;
  store: CorpusStore;
  student: Student;
  /** Keeps what was fetched for the next scan. */
  cache?: BlobCache;
  /** What people said of findings. */
  labels: LabelStore;
  /** Names this job in all of its attempts. Without it each attempt makes a check of its own. */
  attempted?: string;
  /** No further attempt follows. */
  last: boolean;
  log(message: string): void;
  /** Whether another job for the same pull request waits. */
  newerWaits(): Promise<boolean>;
  /** Waits a little while webhooks wait for their answer. */
  giveWay?(): Promise<void>;
  /** Stores a further job that follows from this one. */
  enqueue(job: ScanJob): Promise<unknown>;
}
