import type { Command } from 'commander';
import { readEnvironment } from '../app/environment.js';
import { serve } from '../app/serve.js';
import { EXIT } from './exit.js';
import { writeStderr } from './output.js';

export function register(program: Command): void {
  program
    .command('serve')
    .summary('run the GitHub App')
    .description(
      'Runs the GitHub App: webhooks in, durable jobs, checks and review comments out. Configured ' +
        'by environment variables (docs/github-app.md).',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  APP_ID=1 PRIVATE_KEY="$(cat key.pem)" WEBHOOK_SECRET=… xccd serve\n',
    )
    .action(async () => {
      const app = await serve(readEnvironment(process.env));
      const stop = (): void => {
        app.stop().catch((error: unknown) => {
          writeStderr(`xccd: the App did not stop cleanly: ${(error as Error).message}`);
          process.exitCode = EXIT.fault;
        });
      };
      process.once('SIGTERM', stop);
      process.once('SIGINT', stop);
    });
}
