import type { Command } from 'commander';
import { readJobsEnvironment } from '../app/environment.js';
import { placeOf } from '../app/jobs.js';
import { openQueue, type JobQueue } from '../app/queue.js';
import { neutraliseLine } from '../report/escape.js';
import { UserError } from '../errors.js';
import { writeStdout } from './output.js';

async function withQueue(work: (queue: JobQueue) => Promise<void>): Promise<void> {
  const queue = await openQueue(readJobsEnvironment(process.env));
  try {
    await work(queue);
  } finally {
    await queue.stop();
  }
}

export function register(program: Command): void {
  const jobs = program
    .command('jobs')
    .summary("the GitHub App's failed jobs")
    .description(
      'Shows the jobs of the GitHub App that failed for good, and runs them again. They lie where ' +
        'DATABASE_URL says, else in PGlite under XCCD_DATA: then stop the App first.',
    )
    .addHelpText('after', '\nExamples:\n  $ xccd jobs list\n  $ xccd jobs retry --all\n');
  jobs
    .command('list')
    .description('lists the jobs that failed for good, oldest first')
    .option('--json', 'one JSON object')
    .action(async ({ json }: { json?: boolean }) => {
      await withQueue(async (queue) => {
        const [dead, counts] = [await queue.dead(), await queue.counts()];
        if (json) return writeStdout(`${JSON.stringify({ counts, dead }, null, 2)}\n`);
        const lines = dead.map(
          ({ id, job, deliveryId, failedAt, error }) =>
            `${id}  ${failedAt.toISOString()}  ${job.kind}  ${placeOf(job)}  delivery ${deliveryId}\n    ${error}`,
        );
        const { waiting, active, indexWaiting, indexActive } = counts;
        lines.push(
          `${dead.length} failed, ${waiting + indexWaiting} waiting, ${active + indexActive} active`,
        );
        await writeStdout(
          `${lines.map((line) => line.split('\n').map(neutraliseLine).join('\n')).join('\n')}\n`,
        );
      });
    });
  jobs
    .command('retry')
    .description('runs failed jobs again')
    .argument('[ID...]', 'as `xccd jobs list` names them')
    .option('--all', 'every failed job')
    .action(async (ids: string[], { all }: { all?: boolean }) => {
      if (all ? ids.length > 0 : ids.length === 0) {
        throw new UserError(
          all ? 'Both IDs and --all were given' : 'No job was named',
          'Name jobs as `xccd jobs list` shows them, or pass --all.',
        );
      }
      await withQueue(async (queue) => {
        const count = await queue.retryDead(all ? undefined : ids);
        if (!all && count < ids.length) {
          throw new UserError(
            `${ids.length - count} of ${ids.length} are no failed jobs`,
            'See `xccd jobs list`.',
          );
        }
        await writeStdout(`${count} ${count === 1 ? 'job waits' : 'jobs wait'} to run again\n`);
      });
    });
}
