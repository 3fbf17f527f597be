import { UserError } from '../errors.js';
import { codeBlock, escapeMarkdown, inlineCode, safeUrl } from '../report/escape.js';
import { excerpt, sideBySide, type Excerpt, type Side } from '../report/side-by-side.js';
import { alignment, licenseName, origin, percentage, place } from '../report/words.js';
import type { Finding, ScanResult } from '../scan/types.js';
import { canonicalOf } from '../student/pairs.js';
import { withoutThinking } from '../student/conclusion.js';
import { sharedWords } from '../student/shared-words.js';
import type { PairSide, Student } from '../student/types.js';
import { bounded, head } from './bounded.js';

/** Lines around aligned stretches, and lines where nothing aligns. */
const CONTEXT = 2;
const UNALIGNED = 25;
const MAX_LINES = 120;
const MAX_LINE = 160;
const MAX_WORDS = 10;
/** Of the model's own words, in UTF-16 code units. */
const MAX_REASONING = 4000;

/** One side as a block of numbered lines; aligned ones carry a bar. */
function sideBlock(rows: readonly Excerpt[], side: 'left' | 'right'): string {
  const lines: string[] = [];
  for (const row of rows.slice(0, MAX_LINES)) {
    if ('omitted' in row) {
      if (lines.at(-1) !== '      …') lines.push('      …');
      continue;
    }
    const one: Side | undefined = row[side];
    if (!one) continue;
    const bar = one.stretch === undefined ? ' ' : '▌';
    lines.push(`${String(one.line).padStart(5)} ${bar} ${head(one.text, MAX_LINE)}`);
  }
  if (rows.length > MAX_LINES) lines.push('      … (more lines not shown)');
  return codeBlock(lines.join('\n'));
}

function bothSides(full: Finding): string[] {
  const rows = sideBySide(full);
  const { function: fn, twins } = bounded(full);
  const twin = twins[0];
  if (!rows || !twin) return ['The code of the other side cannot be shown here.'];
  const shown = excerpt(rows, CONTEXT, UNALIGNED);
  const url = safeUrl(twin.url);
  const where = inlineCode(place(twin));
  const form = full.source?.twinIsForm
    ? ' (its canonical form, the text that the student reads; the code itself is not at hand)'
    : '';
  return [
    `Changed: ${inlineCode(fn.name)}, ${inlineCode(place(fn))}`,
    sideBlock(shown, 'left'),
    `Existing: ${inlineCode(twin.name)}, ${inlineCode(origin(twin))} ${url ? `[${where}](<${url}>)` : where}${form}`,
    sideBlock(shown, 'right'),
  ];
}

function why(full: Finding, result: ScanResult, student: Student): string[] {
  const finding = bounded(full);
  const twin = finding.twins[0];
  if (!twin) return [];
  const { student: by, corpus } = result;
  const lines = [
    `- **${percentage(twin.probability)}** likely a clone: head ${inlineCode(by.head)} of student ` +
      `${inlineCode(head(by.id, 100))}, which reports from ${percentage(by.threshold)} on, among ${corpus.functions} functions`,
    `- Similarity of the two vectors: ${twin.score.toFixed(2)} (1 is the same)`,
  ];
  const forms = full.source?.forms;
  if (forms?.twin) {
    const words = sharedWords(forms.function, forms.twin, student, MAX_WORDS);
    lines.push(
      words.length > 0
        ? `- Rarest words in common: ${words.map((word) => inlineCode(word.slice(0, 40))).join(', ')}`
        : '- They have no words of their own in common: structure and operations alone decide',
    );
  }
  lines.push(
    finding.evidence.length > 0
      ? `- Aligned lines: ${alignment(finding)}`
      : '- No stretch of the two aligns',
  );
  const { license } = finding;
  lines.push(
    license
      ? `- Licence: ${escapeMarkdown(license.explanation)}`
      : `- Licence: ${inlineCode(licenseName(twin.license))}; nothing follows from it here`,
  );
  return lines;
}

/**
 * Why a finding is one: what the student measured, what the two share, and both sides with their
 * aligned lines. `reasoning` is what a generative student wrote: it stands in a fence of its own.
 */
export function explanationOf(
  finding: Finding,
  result: ScanResult,
  student: Student,
  reasoning: string | null,
): string {
  const parts = [
    `**Why \`${finding.id}\` is a finding**`,
    why(finding, result, student).join('\n'),
    ...bothSides(finding),
  ];
  if (reasoning !== null) {
    parts.push(
      `**The model's own words** (student ${inlineCode(head(student.id, 100))}). They are no decision, may be ` +
        'wrong, and may repeat what the code under scan told the model to say:',
      codeBlock(head(reasoning, MAX_REASONING), 'text'),
    );
  }
  return parts.join('\n\n');
}

/** What a generative student says of the pair; null for every other student. */
export async function reasoningOf(finding: Finding, student: Student): Promise<string | null> {
  const twin = finding.twins[0];
  const { source } = finding;
  if (!student.judgePair || !student.readsPairs?.('generation')) return null;
  if (!twin || !source?.forms?.twin) return null;
  const sides: [PairSide, PairSide] = [
    {
      language: finding.function.language,
      code: source.function,
      canonical: await canonicalOf({
        language: finding.function.language,
        canonical: source.forms.function,
      }),
    },
    {
      language: twin.language,
      ...(source.twin !== null && !source.twinIsForm ? { code: source.twin } : {}),
      canonical: await canonicalOf({ language: twin.language, canonical: source.forms.twin }),
    },
  ];
  let answer: string | undefined;
  try {
    const options = { head: 'generation', use: 'scan', reading: 'free' } as const;
    ({ answer } = await student.judgePair(...sides, options));
  } catch (error) {
    // A student that reads pairs may still have no generation head.
    if (!(error instanceof UserError)) throw error;
  }
  const text = withoutThinking(answer ?? '').trim();
  return text === '' ? null : text;
}
