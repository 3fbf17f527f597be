import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Added, JobQueue } from './queue.js';

/** The App's numbers for Prometheus; label values come from fixed sets, never from a repository. */
export interface Metrics {
  delivery(kind: string, outcome: Added): void;
  jobDone(kind: string, ok: boolean, seconds: number): void;
  jobPostponed(kind: string): void;
  text(): Promise<string>;
  contentType: string;
}

export function createMetrics(queue: Pick<JobQueue, 'counts'>): Metrics {
  const registry = new Registry();
  const deliveries = new Counter({
    name: 'xccd_deliveries_total',
    help: 'Webhooks that became a job, were merged into a waiting one, or had come before.',
    labelNames: ['kind', 'outcome'],
    registers: [registry],
  });
  const jobs = new Histogram({
    name: 'xccd_job_seconds',
    help: 'Time that jobs took, in seconds.',
    labelNames: ['kind', 'ok'],
    buckets: [0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 7200],
    registers: [registry],
  });
  const postponed = new Counter({
    name: 'xccd_jobs_postponed_total',
    help: "Jobs that wait for GitHub's rate limit, or for the next start.",
    labelNames: ['kind'],
    registers: [registry],
  });
  new Gauge({
    name: 'xccd_jobs',
    help: 'Jobs by state; dead ones failed for good: see `xccd jobs list`.',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const counts = await queue.counts();
      for (const [state, value] of Object.entries(counts)) this.set({ state }, value);
    },
  });
  return {
    delivery: (kind, outcome) => deliveries.inc({ kind, outcome }),
    jobPostponed: (kind) => postponed.inc({ kind }),
    jobDone: (kind, ok, seconds) => jobs.observe({ kind, ok: String(ok) }, seconds),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
