import { UserError } from '../errors.js';
import { neutralise } from '../report/escape.js';
import { runAction } from './runner.js';

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

try {
  process.exitCode = await runAction(process.env, { print });
} catch (error) {
  const mine = error instanceof UserError;
  const message = error instanceof Error ? error.message : String(error);
  const remedy = mine && error.remedy ? ` ${error.remedy}` : '';
  print(
    `::error::${neutralise(message + remedy)
      .replace(/%/g, '%25')
      .replace(/\r?\n/g, '%0A')}`,
  );
  process.exitCode = mine ? 2 : 3;
}
