import { z } from 'zod';
import { decisionsOf, type Label } from '../corpus/label.js';
import { twinUrl } from '../corpus/twin-url.js';
import type { CorpusFunction, CorpusStore } from '../corpus/types.js';
import { UserError } from '../errors.js';

/** One function of the project that was copied or adapted from somewhere else. */
export interface NoticeEntry {
  /** In the project; lines are null where only a label tells of it. */
  function: { path: string; name: string; lines: [number, number] | null };
  /** Where it comes from. */
  twin: {
    repository: string;
    commit: string | null;
    path: string;
    name: string;
    startLine: number;
    endLine: number;
    /** SPDX expression, or NOASSERTION. */
    license: string;
    url: string | null;
  };
}

const placeSchema = {
  path: z.string(),
  name: z.string(),
  startLine: z.int().min(1),
  endLine: z.int().min(1),
};

/** What a notice reads of `scan --format json`; the rest is passed over. */
const reportSchema = z.object({
  version: z.literal(1),
  findings: z.array(
    z.object({
      id: z.string(),
      rule: z.string(),
      function: z.object(placeSchema),
      twins: z.array(
        z.object({
          ...placeSchema,
          repository: z.string(),
          commit: z.string().nullable(),
          license: z.string(),
          url: z.string().nullable(),
          concealed: z.literal(true).optional(),
        }),
      ),
      license: z.object({ expression: z.string() }).optional(),
    }),
  ),
});

export type NoticeReport = z.infer<typeof reportSchema>;

/**
 * Reads the JSON of a scan.
 *
 * @throws UserError when the text is none
 */
export function parseReport(text: string, file: string): NoticeReport {
  const remedy = 'Pass the output of `xccd scan --format json`.';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${file} is not JSON: ${(error as Error).message}`, remedy);
  }
  const parsed = reportSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UserError(
    `${file} is no report of a scan: ${issue!.path.join('.') || 'the file'}: ${issue!.message}`,
    remedy,
  );
}

/**
 * The copies that a report tells of: of each finding the twin whose licence decided. Code of the same
 * owner needs no notice, and what may not be named gets none.
 *
 * @param labels what people said of findings; where there are any, only clones that somebody
 *   confirmed count
 */
export function entriesOfReport(
  report: NoticeReport,
  labels: readonly Label[] | null = null,
): NoticeEntry[] {
  const decisions = labels && decisionsOf(labels);
  const entries: NoticeEntry[] = [];
  for (const { id, rule, function: fn, twins, license } of report.findings) {
    if (license === undefined && rule !== 'license') continue;
    const label = decisions?.get(id);
    if (decisions && label?.verdict !== 'clone') continue;
    const named = label?.twin;
    const twin =
      twins.find(
        (one) =>
          named &&
          one.repository === named.repository &&
          one.path === named.path &&
          one.name === named.name,
      ) ??
      twins.find((one) => one.license === license?.expression) ??
      twins[0];
    if (!twin || twin.concealed) continue;
    const { path, name, startLine, endLine } = fn;
    const { repository, commit, url } = twin;
    entries.push({
      function: { path, name, lines: [startLine, endLine] },
      twin: {
        ...{ repository, commit, path: twin.path, name: twin.name },
        ...{ startLine: twin.startLine, endLine: twin.endLine, license: twin.license, url },
      },
    });
  }
  return entries;
}

/** The functions that confirmed labels name, as the corpus holds them now. */
export async function entriesOfLabels(
  labels: readonly Label[],
  store: CorpusStore,
): Promise<{ entries: NoticeEntry[]; missing: Label[] }> {
  const entries: NoticeEntry[] = [];
  const missing: Label[] = [];
  const urls = new Map((await store.repositories()).map(({ name, url }) => [name, url]));
  for (const label of decisionsOf(labels).values()) {
    if (label.verdict !== 'clone' || !label.twin || !label.function) continue;
    const twin = await functionNamed(store, label.twin);
    if (!twin) missing.push(label);
    else
      entries.push({
        function: { ...label.function, lines: null },
        twin: {
          repository: twin.repository,
          commit: twin.commit,
          path: twin.path,
          name: twin.name,
          startLine: twin.startLine,
          endLine: twin.endLine,
          license: twin.license,
          url: twinUrl({ url: urls.get(twin.repository) ?? null }, twin.commit, twin.path, [
            twin.startLine,
            twin.endLine,
          ]),
        },
      });
  }
  return { entries, missing };
}

async function functionNamed(
  store: CorpusStore,
  { repository, path, name }: NonNullable<Label['twin']>,
): Promise<CorpusFunction | null> {
  for await (const fn of store.functions({ repositories: [repository] }))
    if (fn.path === path && fn.name === name) return fn;
  return null;
}

const keyOf = ({ function: fn, twin }: NoticeEntry): string =>
  JSON.stringify([fn.path, fn.name, twin.repository, twin.path, twin.name]);

/** Entries in a fixed order, one per copy; later ones replace earlier ones, unless they know no lines. */
export function mergeEntries(...lists: readonly (readonly NoticeEntry[])[]): NoticeEntry[] {
  const merged = new Map<string, NoticeEntry>();
  for (const entry of lists.flat()) {
    const key = keyOf(entry);
    const lines = entry.function.lines ?? merged.get(key)?.function.lines ?? null;
    merged.set(key, { ...entry, function: { ...entry.function, lines } });
  }
  const order = ({ function: fn, twin }: NoticeEntry): string =>
    [twin.repository, twin.commit ?? '', twin.license, fn.path, fn.name, twin.path, twin.name].join(
      '\0',
    );
  return [...merged.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

/** What was copied from one state of one repository under one licence. */
export interface NoticeOrigin {
  repository: string;
  commit: string | null;
  license: string;
  /** Address of the repository, where a twin's own tells it. */
  url: string | null;
  entries: NoticeEntry[];
}

/** Groups entries that `mergeEntries` has ordered. */
export function origins(entries: readonly NoticeEntry[]): NoticeOrigin[] {
  const groups: NoticeOrigin[] = [];
  for (const entry of entries) {
    const { repository, commit, license, url } = entry.twin;
    const last = groups.at(-1);
    if (last?.repository === repository && last.commit === commit && last.license === license) {
      last.entries.push(entry);
      last.url ??= repositoryUrl(url);
    } else groups.push({ repository, commit, license, url: repositoryUrl(url), entries: [entry] });
  }
  return groups;
}

/** `https://github.com/owner/name` of `https://github.com/owner/name/blob/…`. */
function repositoryUrl(url: string | null): string | null {
  if (url === null) return null;
  const at = url.search(/\/(?:-\/)?(?:blob|src)\//);
  return at < 0 ? null : url.slice(0, at);
}
