import type { Command } from 'commander';
import { licenseFacts } from '../corpus/license-facts.js';
import { surveyLicenses, type LicenseGroup } from '../corpus/license-survey.js';
import { openSourceTree } from '../corpus/source-tree.js';
import { neutraliseLine } from '../report/escape.js';
import { count, lines as linesOf } from '../report/words.js';
import { judgeLicense } from '../scan/license-policy.js';
import { writeStdout } from './output.js';

/** Files that a group shows without --verbose. */
const SHOWN = 3;
const NOTHING = { project: null, allow: [], deny: [], review: [] };

const alike = (score: number): string => `${(Math.floor(score * 1000) / 10).toFixed(1)}% alike`;

/** Why a group has its licence, in words. */
function because({ source, scope, score, evidence, matches, likest }: LicenseGroup): string {
  if (source === 'header')
    return score === 1 ? 'headers that name it' : `headers, at least ${alike(score)}`;
  const where = scope === 'repository' ? 'the repository' : 'its folder';
  if (source === 'manifest') return `${evidence}, which declares it for ${where}`;
  if (source === 'file')
    return matches!
      .map(({ id, path, score: one }) => `${path}, text of ${id} (${alike(one)}), for ${where}`)
      .join('; ');
  if (evidence === undefined) return 'no licence file, header or declaration was found';
  const hint = likest ? `, likest ${likest.id} (${alike(likest.score)})` : '';
  return `${evidence} holds no known licence${hint}`;
}

function groupText(group: LicenseGroup, verbose: boolean): string {
  const { terms } = judgeLicense(group.expression, NOTHING);
  const classes = [
    ...new Set(terms.map((term) => licenseFacts(term.license.split(' ')[0]!).class)),
  ];
  const head = `${group.expression} (${classes.join(', ')}): ${count(group.files.length, 'file')}`;
  const shown = verbose ? group.files : group.files.slice(0, SHOWN);
  const files = shown.map(({ path, lines }) => `    ${path}${lines ? `:${linesOf(lines)}` : ''}`);
  const rest = group.files.length - shown.length;
  return [head, `  ${because(group)}`, ...files, ...(rest > 0 ? [`    and ${rest} more`] : [])]
    .map((line) => `${neutraliseLine(line)}\n`)
    .join('');
}

export function register(program: Command): void {
  program
    .command('licenses')
    .description(
      'Lists the licences of the source files of a folder or repository as `xccd index` finds them\n' +
        '(header, then the nearest licence file, then the nearest manifest), each with its evidence:\n' +
        'which file and lines say so, and how alike its text is to the one of the SPDX list.',
    )
    .argument('[source]', 'folder, git repository or address to clone from', '.')
    .option('--verbose', 'name every file')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  $ xccd licenses vendor\n  $ xccd licenses https://github.com/owner/name --json',
    )
    .action(async (source: string, options: { verbose?: boolean; json?: boolean }) => {
      const tree = await openSourceTree(source);
      try {
        const licenses = await surveyLicenses(tree);
        if (options.json) {
          const { repository, commit } = tree;
          const value = { version: 1, repository, commit, licenses };
          await writeStdout(`${JSON.stringify(value, null, 2)}\n`);
        } else
          for (const group of licenses)
            await writeStdout(groupText(group, options.verbose ?? false));
      } finally {
        tree.close();
      }
    });
}
