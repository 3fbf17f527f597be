// What a scan would say of functions that have no twin in the corpus.
import { align } from '../../dist/scan/align.js';
import { configSchema } from '../../dist/scan/config-schema.js';
import { wilson } from '../../dist/student/metrics.js';

/** As in scan.ts: where nothing aligns, only a quarter of the doubt is allowed. */
const DOUBT_WITHOUT_EVIDENCE = 0.25;

/** Flagged functions per 100 that the scan looks at (those of the least size or more). */
export function falseAlarms({ student, head, strangers, corpus, find }) {
  const { minTokens, topK } = configSchema.parse({});
  const threshold = student.threshold(head, 'scan');
  const strict = 1 - (1 - threshold) * DOUBT_WITHOUT_EVIDENCE;
  const isClone = (stranger, candidate) => {
    const { verdict, probability } = student.judge(stranger.encoded, candidate.encoded, {
      head,
      use: 'scan',
      searched: corpus.length,
    });
    if (stranger.canonical.hash === candidate.canonical.hash) return true;
    if (verdict !== 'clone') return false;
    return (
      probability >= strict || align(stranger.canonical, candidate.canonical).evidence.length > 0
    );
  };
  const looked = strangers.filter((one) => one.canonical.lines.length >= minTokens);
  const examples = [];
  const byRepository = {};
  let flagged = 0;
  for (const stranger of looked) {
    const repository = (byRepository[stranger.repo] ??= { looked: 0, flagged: 0 });
    repository.looked++;
    const twin = find(stranger, () => false, topK).find(({ one }) => isClone(stranger, one));
    if (!twin) continue;
    flagged++;
    repository.flagged++;
    examples.push({
      function: `${stranger.repo}/${stranger.path} ${stranger.name}`,
      twin: `${twin.one.repo}/${twin.one.path} ${twin.one.name}`,
    });
  }
  const [low, high] = wilson(flagged, looked.length);
  return {
    minTokens,
    threshold,
    looked: looked.length,
    flagged,
    per100: (100 * flagged) / looked.length,
    interval: [100 * low, 100 * high],
    byRepository,
    examples,
  };
}
