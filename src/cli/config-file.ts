import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors.js';
import { CONFIG_FILES } from '../scan/config.js';

/**
 * The configuration file of the repository at `root`, or null when it has none.
 *
 * @throws UserError when the file is there and cannot be read.
 */
export function readConfigFile(root: string): { name: string; text: string } | null {
  for (const name of CONFIG_FILES) {
    const path = join(root, name);
    if (!existsSync(path)) continue;
    try {
      return { name, text: readFileSync(path, 'utf8') };
    } catch (error) {
      throw new UserError(
        `The configuration ${path} cannot be read: ${(error as Error).message}`,
        'Make it a file that you may read, or remove it.',
      );
    }
  }
  return null;
}
