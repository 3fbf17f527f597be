import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from '../errors.js';
import { decisionsOf, inOrder, labelOfLine, lineOf, type Label, type LabelStore } from './label.js';
import { lockFile } from './sqlite-lock.js';

const keyOf = ({ repository, id }: Label): string => JSON.stringify([repository.toLowerCase(), id]);

/** The labels of a JSONL file, which may not exist yet. */
export async function openLabelFile(path: string): Promise<LabelStore> {
  async function read(): Promise<Label[]> {
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw new UserError(
        `The labels in ${path} cannot be read: ${(error as Error).message}`,
        'Name a JSONL file that you may read.',
      );
    }
    return text.split('\n').flatMap((line, i) => (line.trim() === '' ? [] : [parse(line, i + 1)]));
  }

  function parse(line: string, number: number): Label {
    let error: string;
    try {
      const read = labelOfLine(JSON.parse(line));
      if ('label' in read) return read.label;
      error = read.error;
    } catch (caught) {
      error = `not JSON: ${(caught as Error).message}`;
    }
    throw new UserError(
      `${path}:${number} is no label: ${error}`,
      `Remove the line, or bring labelled pairs in with \`xccd labels import\`.`,
    );
  }

  return {
    location: path,
    all: async () => inOrder(await read()),
    async add(labels) {
      await mkdir(dirname(path), { recursive: true });
      const release = await lockFile(path, { waitMs: 60_000 });
      try {
        const known = new Set((await read()).map(keyOf));
        const fresh = labels.filter((label) => {
          const isNew = !known.has(keyOf(label));
          known.add(keyOf(label));
          return isNew;
        });
        if (fresh.length > 0) await appendFile(path, fresh.map(lineOf).join(''));
        return fresh.length;
      } finally {
        release();
      }
    },
    decisions: async (repository) =>
      decisionsOf(
        (await read()).filter(
          (label) => label.repository.toLowerCase() === repository.toLowerCase(),
        ),
      ),
    close: async () => {},
  };
}
