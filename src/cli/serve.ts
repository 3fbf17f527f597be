import type { Command } from 'commander';
import { readEnvironment } from '../app/environment.js';
import { serve } from '../app/serve.js';

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
        void app.stop();
      };
      process.once('SIGTERM', stop);
      process.once('SIGINT', stop);
    });
}
