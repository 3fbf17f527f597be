// Reads the functions that the benchmark searches and asks for.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { canonicalize, CANONICAL_VERSION } from '../../dist/code/canonical.js';

const hashOf = (text) => createHash('sha256').update(text).digest('hex').slice(0, 32);
const byHash = (key) => (a, b) => (key(a) < key(b) ? -1 : 1);

function* jsonLines(path) {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  for (const line of text.split('\n')) if (line !== '') yield JSON.parse(line);
}

/** A canonical form from its stored text; every eight tokens stand for a line. */
function stored(text, record, path) {
  if (record.canonicalVersion !== CANONICAL_VERSION) {
    throw new Error(
      `${path} was made with canonical form ${record.canonicalVersion}, the code has ${CANONICAL_VERSION}: run training/ports again`,
    );
  }
  const lines = text.split(' ').map((_, i) => 1 + Math.floor(i / 8));
  return { version: CANONICAL_VERSION, text, lines, hash: hashOf(text) };
}

/** The first `count` functions by hash of their code, with their canonical forms. */
export async function readFunctions(path, count) {
  const records = [...jsonLines(path)];
  const keys = new Map(records.map((record) => [record, hashOf(record.code)]));
  records.sort(byHash((record) => keys.get(record)));
  const functions = [];
  const seen = new Set();
  for (const { lang, name, code, repo, path: file } of records) {
    if (functions.length === count) break;
    const canonical = await canonicalize(code, lang);
    if (canonical.text === '' || seen.has(canonical.hash)) continue;
    seen.add(canonical.hash);
    functions.push({ language: lang, name, repo, path: file, canonical });
  }
  return functions;
}

/** Ported functions with their own names blinded, and the queries among them. */
export function readPorts(path) {
  const blinded = [...jsonLines(path)].map((record) => ({
    language: record.lang,
    name: record.name,
    repo: record.repo,
    path: record.path,
    project: record.project,
    group: record.group,
    canonical: stored(record.canonicalBlind, record, path),
  }));
  const members = new Map();
  for (const one of blinded) members.set(one.group, [...(members.get(one.group) ?? []), one]);
  /**
   * At most `count` queries, at most a tenth of them from one project, and one from each group before
   * a second one from any; each with the ports that it should find (other languages) and those that
   * do not count (its own group's in the same language, its own repository's).
   */
  const queries = (count) => {
    const room = new Map();
    const fits = ({ project }) => {
      const left = room.get(project) ?? Math.ceil(count / 10);
      room.set(project, left - 1);
      return left > 0;
    };
    const key = (one) => hashOf(`${one.repo}\n${one.path}\n${one.name}`);
    const rounds = [];
    for (const group of members.values()) {
      [...group].sort(byHash(key)).forEach((one, round) => (rounds[round] ??= []).push(one));
    }
    const chosen = rounds
      .flatMap((round) => round.sort(byHash(key)))
      .filter(fits)
      .slice(0, count);
    return chosen.map((query) => {
      const others = members.get(query.group).filter((one) => one.language !== query.language);
      const wanted = new Set(others);
      const skip = (one) =>
        one === query ||
        (!wanted.has(one) && (one.group === query.group || one.repo === query.repo));
      return { query, wanted, skip };
    });
  };
  const projects = [...new Set(blinded.map((one) => one.project))];
  return { blinded, queries, groups: members.size, projects };
}

/** The functions of unrelated projects: as they are, and with their own names blinded. */
export function readStrangers(path, count) {
  const records = [...jsonLines(path)];
  const keys = new Map(records.map((record) => [record, hashOf(record.code)]));
  records.sort(byHash((record) => keys.get(record)));
  const kept = records.slice(0, count);
  const as = (field) =>
    kept.map((record) => ({
      language: record.lang,
      name: record.name,
      repo: record.repo,
      path: record.path,
      canonical: stored(record[field], record, path),
    }));
  return { plain: as('canonical'), blinded: as('canonicalBlind') };
}
