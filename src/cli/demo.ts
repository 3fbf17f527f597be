import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { indexRepository } from '../corpus/builder.js';
import { openStore } from '../corpus/open-store.js';
import { renderReport } from '../report/render-report.js';
import { withTwinSources } from '../report/twin-source.js';
import { alignedLineCount } from '../scan/best-first.js';
import { scanLocally } from '../scan/local-scan.js';
import type { ScanResult } from '../scan/types.js';
import { openStudent } from '../student/open-student.js';
import { terminalWidth, wantsColor, writeResult, writeStderr, writeStdout } from './output.js';

interface Options {
  json?: boolean;
  html?: string;
  verbose?: boolean;
}

const DEMO = fileURLToPath(new URL('../../demo/', import.meta.url));
/** In a terminal, the code of so many findings stands side by side; the HTML report has all. */
const WITH_CODE = 2;

/** The result with the code of the findings alone that have most to show. */
function withLessCode(result: ScanResult): ScanResult {
  const best = [...result.findings]
    .sort((a, b) => alignedLineCount(b) - alignedLineCount(a))
    .slice(0, WITH_CODE);
  const findings = result.findings.map((finding) =>
    best.includes(finding) ? finding : { ...finding, source: undefined },
  );
  return { ...result, findings };
}

/** `owner/name` of every repository below the demo's corpus folder. */
function repositories(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((owner) =>
      readdirSync(join(folder, owner))
        .sort()
        .map((name) => `${owner}/${name}`),
    );
}

async function index(sources: string, corpus: string): Promise<number> {
  const store = await openStore(corpus);
  try {
    const student = await openStudent();
    try {
      for (const repository of repositories(sources)) {
        const source = join(sources, repository);
        await indexRepository({ source, repository, store, student, visibility: 'public' });
      }
      return await store.count();
    } finally {
      await student.close();
    }
  } finally {
    await store.close();
  }
}

const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

function silence(result: ScanResult): string {
  const silent = result.summary.scannedFunctions - result.summary.findings;
  return `Silent on the other ${silent} functions that it scanned; demo/LICENSES.md says what is in the change and in the corpus.`;
}

const NEXT = `
What next, on your own code:
  $ xccd index ../other-repository --corpus .xccd/corpus.db    what to compare with
  $ xccd scan --base main                                      what your branch repeats
  $ xccd demo --html demo.html                                 this report with the code of both sides
  $ xccd doctor                                                what is installed and what is missing
`;

export function register(program: Command): void {
  program
    .command('demo')
    .description(
      'Runs the whole job on bundled real code, without a network: indexes six libraries in five\n' +
        'languages, scans a change that ports some of their functions to other languages, and prints\n' +
        'what it finds. Writes only to a temporary folder.',
    )
    .option('--html <file>', 'also write the report as a page with the code of both sides')
    .option('--json', 'print the JSON of the scan')
    .option('--verbose', 'show everything')
    .addHelpText(
      'after',
      `
Examples:
  $ xccd demo
  $ xccd demo --html demo.html`,
    )
    .action(async (options: Options) => {
      const folder = mkdtempSync(join(tmpdir(), 'xccd-demo-'));
      try {
        // Copies, so that neither git nor the ignore files of a checkout around them matter.
        const sources = join(folder, 'corpus');
        const service = join(folder, 'service');
        const corpus = join(folder, 'corpus.db');
        cpSync(join(DEMO, 'corpus'), sources, { recursive: true });
        cpSync(join(DEMO, 'change/after'), service, { recursive: true });

        let start = performance.now();
        const functions = await index(sources, corpus);
        writeStderr(
          `Indexed ${functions} functions of ${repositories(sources).length} libraries in ${seconds(start)}.`,
        );
        start = performance.now();
        const diff = readFileSync(join(DEMO, 'change/change.diff'), 'utf8');
        const scan = await scanLocally({
          request: { kind: 'diff', text: diff },
          folder: service,
          // The demo's corpus alone, whose code is at hand to be shown.
          flags: { corpus, starter: false },
        });
        writeStderr(
          `Scanned a change of ${scan.result.summary.changedFunctions} functions in ${seconds(start)}.\n`,
        );
        const result = withTwinSources(scan.result, ({ repository, path }) =>
          readFileSync(join(sources, repository, path), 'utf8'),
        );
        if (options.html) await writeResult(renderReport(result, 'html'), options.html);
        if (options.json) {
          await writeStdout(renderReport(result, 'json'));
          return;
        }
        const shown = options.verbose ? result : withLessCode(result);
        const report = renderReport(shown, 'terminal', {
          color: wantsColor(process.stdout),
          width: terminalWidth(process.stdout),
          verbose: options.verbose ?? false,
        });
        await writeStdout(`${report}\n${silence(result)}\n${NEXT}`);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
}
