// How many ports are found, and how many of them at scores that strangers seldom reach.
import { wilson } from '../../dist/student/metrics.js';

/** Shares of unrelated functions that may be flagged. */
export const RATES = [0.005, 0.01, 0.05];

const share = (part, whole) => ({
  share: whole === 0 ? NaN : part / whole,
  interval: wilson(part, whole),
});

/** Least score that at most `rate` of the strangers reach. */
function thresholdAt(strangerScores, rate) {
  const descending = [...strangerScores].sort((a, b) => b - a);
  const allowed = Math.floor(rate * descending.length);
  return descending[allowed] ?? -Infinity;
}

/**
 * @param {object} setting
 * @param setting.queries of readPorts
 * @param setting.strangers functions of unrelated projects
 * @param setting.candidates number of nearest functions looked at
 * @param setting.find search: (query, skip, count) => [{one, cosine}]
 * @param setting.score orders the candidates anew; without it, the cosine does
 * @param setting.flags whether a pair is flagged at the shipped threshold for scans
 */
export function recallOfPorts({ queries, strangers, candidates, find, score, flags }) {
  const ranked = (query, skip) => {
    const found = find(query, skip, candidates).map(({ one, cosine }) => ({
      one,
      score: score ? score(query, one) : cosine,
    }));
    return score ? found.sort((a, b) => b.score - a.score) : found;
  };
  const bestOfStrangers = strangers.map((query) => ranked(query, () => false)[0].score);
  const answers = queries.map(({ query, wanted, skip }) => {
    const found = ranked(query, skip);
    const place = found.findIndex(({ one }) => wanted.has(one));
    const byLanguage = new Map();
    for (const one of wanted) byLanguage.set(one.language, -Infinity);
    for (const { one, score: at } of found) {
      if (wanted.has(one)) {
        byLanguage.set(one.language, Math.max(byLanguage.get(one.language), at));
      }
    }
    const port = found[place];
    const flagged =
      flags !== undefined && found.some(({ one }) => wanted.has(one) && flags(query, one));
    return { query, place, score: port ? port.score : -Infinity, byLanguage, flagged };
  });

  const count = (test) => answers.filter(test).length;
  const kept = RATES.map((rate) => {
    const threshold = thresholdAt(bestOfStrangers, rate);
    return {
      rate,
      threshold,
      ...share(
        count((a) => a.score > threshold),
        answers.length,
      ),
    };
  });
  const { threshold } = kept.find(({ rate }) => rate === 0.01);
  return {
    queries: answers.length,
    first: share(
      count((a) => a.place === 0),
      answers.length,
    ),
    inTen: share(
      count((a) => a.place >= 0 && a.place < 10),
      answers.length,
    ),
    found: share(
      count((a) => a.place >= 0),
      answers.length,
    ),
    meanReciprocalRank:
      answers.reduce((sum, { place }) => sum + (place < 0 ? 0 : 1 / (place + 1)), 0) /
      answers.length,
    kept,
    ...(flags && {
      atShippedThreshold: share(
        count((a) => a.flagged),
        answers.length,
      ),
    }),
    meanOfProjects: meanOfProjects(answers, threshold),
    byLanguages: languageShares(answers, threshold),
    byProject: projectShares(answers, threshold),
  };
}

function shares(groups) {
  return Object.fromEntries(
    [...groups]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, { kept, all }]) => [key, { queries: all, ...share(kept, all) }]),
  );
}

function add(groups, key, kept) {
  const group = groups.get(key) ?? { kept: 0, all: 0 };
  group.all++;
  if (kept) group.kept++;
  groups.set(key, group);
}

/** Kept at 1% of strangers, by pair of languages in either direction. */
function languageShares(answers, threshold) {
  const groups = new Map();
  for (const { query, byLanguage } of answers) {
    for (const [language, score] of byLanguage) {
      add(groups, [query.language, language].sort().join('–'), score > threshold);
    }
  }
  return shares(groups);
}

/** Mean over the projects with five queries or more of the share kept at 1% of strangers. */
function meanOfProjects(answers, threshold) {
  const all = Object.values(projectShares(answers, threshold)).filter(
    ({ queries }) => queries >= 5,
  );
  return all.reduce((sum, one) => sum + one.share, 0) / all.length;
}

function projectShares(answers, threshold) {
  const groups = new Map();
  for (const { query, score } of answers) add(groups, query.project, score > threshold);
  return shares(groups);
}
