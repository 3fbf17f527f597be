/**
 * The functions of one project of `projects.json`, as the starter corpus takes them: canonical forms
 * with their places and licences. They are kept in a cache file per project, so that another student
 * needs only to encode them again. Nothing of a project is executed; its files are only parsed.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

/** What `xccd scan` looks at, and no less: shorter functions are everyone's. */
export const MIN_TOKENS = 30;
/** One file, however long, is one voice among many. */
const PER_FILE = 60;
/** Functions kept of a project at most, so that the build can take more or fewer of them. */
const CACHED = 1500;
const FILES_AT_ONCE = 16;
const DEMONSTRATIONS = /(?:^|\/)(?:examples?|samples?|demos?|docs?|benchmarks?|benches|playground)\//i;

const digest = (...parts) => createHash('sha256').update(parts.join('\n')).digest('hex');
const git = (...args) => execFileSync('git', args, { stdio: ['ignore', 'pipe', 'inherit'] });

/** A git directory whose HEAD is the pinned commit: the mirror's, or one fetched into the cache. */
function gitDirectory({ repository, commit }, mirror, cache) {
  const folder = repository.replace('/', '+');
  const atCommit = (directory) =>
    existsSync(join(directory, 'HEAD')) &&
    git(`--git-dir=${directory}`, 'rev-parse', 'HEAD').toString().trim() === commit;
  for (const place of mirror ? ['repo', 'repo/.git', '.git', '.'] : []) {
    const directory = join(mirror, folder, place);
    if (atCommit(directory)) return directory;
  }
  const directory = join(cache, 'git', `${folder}.git`);
  if (!atCommit(directory)) {
    git('init', '--quiet', '--bare', directory);
    const from = `https://github.com/${repository}.git`;
    git(`--git-dir=${directory}`, 'fetch', '--quiet', '--depth', '1', from, commit);
    git(`--git-dir=${directory}`, 'update-ref', '--no-deref', 'HEAD', commit);
  }
  return directory;
}

/**
 * Cuts out at most some 1,500 functions of a project: whole files in the order of their hashes. Writes `CACHE/functions/OWNER+NAME.jsonl`, unless that was made from the same
 * commit by the same rules, and gives its lines parsed: first
 * `{license}` of the repository, then the functions.
 */
export async function functionsOf(project, { mirror, cache, load }) {
  const { CANONICAL_VERSION } = await load('code/canonical.js');
  const file = join(cache, 'functions', `${project.repository.replace('/', '+')}.jsonl`);
  const stamp = JSON.stringify({ ...project, limit: CACHED, canonical: CANONICAL_VERSION, rules: 1 });
  if (existsSync(file)) {
    const [head, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
    if (head === stamp) return lines.map((line) => JSON.parse(line));
  }
  const { openSourceTree } = await load('corpus/source-tree.js');
  const { IgnoreRules } = await load('corpus/ignore.js');
  const { LicenseResolver } = await load('corpus/licenses.js');
  const { createParser } = await load('corpus/parse-pool.js');
  const { detectLanguage } = await load('code/languages.js');

  const tree = await openSourceTree(gitDirectory(project, mirror, cache));
  const parser = createParser(Math.min(2, availableParallelism()), MIN_TOKENS);
  const records = [];
  try {
    const rules = await IgnoreRules.of(tree);
    const licenses = new LicenseResolver(
      tree.paths,
      async (path) => (await tree.read(path))?.toString('utf8') ?? null,
    );
    records.push({ license: (await licenses.root()).expression });
    const paths = tree.paths
      .filter((path) => detectLanguage(path) && !DEMONSTRATIONS.test(path) && !rules.reasonFor(path))
      .map((path) => ({ path, order: digest(project.repository, path) }))
      .sort((a, b) => (a.order < b.order ? -1 : 1))
      .map(({ path }) => path);
    for (let at = 0; at < paths.length && records.length <= CACHED; at += FILES_AT_ONCE) {
      const group = await Promise.all(
        paths.slice(at, at + FILES_AT_ONCE).map(async (path) => {
          const bytes = await tree.read(path);
          if (!bytes) return [];
          const { functions } = await parser.parse(path, bytes);
          if (functions.length === 0) return [];
          const head = bytes.toString('latin1', 0, 8192);
          const license = (await licenses.licenseOf(path, head)).expression;
          return functions
            .map((fn) => ({ fn, order: digest(path, fn.name, fn.startLine) }))
            .sort((a, b) => (a.order < b.order ? -1 : 1))
            .slice(0, PER_FILE)
            .map(({ fn: { name, language, startLine, endLine, canonical, tokens } }) => ({
              ...{ path, license, name, language, startLine, endLine, tokens },
              ...{ hash: canonical.hash, canonical: canonical.text },
            }));
        }),
      );
      for (const functions of group) records.push(...functions);
    }
  } finally {
    await parser.close();
    tree.close();
  }
  mkdirSync(join(cache, 'functions'), { recursive: true });
  const lines = [stamp, ...records.map((record) => JSON.stringify(record))];
  writeFileSync(`${file}.part`, `${lines.join('\n')}\n`);
  renameSync(`${file}.part`, file);
  return records;
}
