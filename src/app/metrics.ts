import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { JobQueue } from './queue.js';

/** The App's numbers for Prometheus; label values come from fixed sets, never from a repository. */
export interface Metrics {
  delivery(kind: string, merged: boolean): void;
  jobDone(kind: string, ok: boolean, seconds: number): void;
  text(): Promise<string>;
  contentType: string;
}

export function createMetrics(queue: Pick<JobQueue, 'counts'>): Metrics {
  const registry = new Registry();
  const deliveries = new Counter({
    name: 'xccd_deliveries_total',
    help: 'Webhooks that became a job, or were merged into a waiting one.',
    labelNames: ['kind', 'merged'],
    registers: [registry],
  });
  const jobs = new Histogram({
    name: 'xccd_job_seconds',
    help: 'Time that jobs took, in seconds.',
    labelNames: ['kind', 'ok'],
    buckets: [0.5, 1, 2, 5, 10, 30, 60, 300, 1800],
    registers: [registry],
  });
  new Gauge({
    name: 'xccd_jobs',
    help: 'Jobs by state; dead ones failed for good and wait for a person.',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const counts = await queue.counts();
      for (const [state, value] of Object.entries(counts)) this.set({ state }, value);
    },
  });
  return {
    delivery: (kind, merged) => deliveries.inc({ kind, merged: String(merged) }),
    jobDone: (kind, ok, seconds) => jobs.observe({ kind, ok: String(ok) }, seconds),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
