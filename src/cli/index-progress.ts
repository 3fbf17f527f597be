import type { IndexProgress } from '../corpus/builder.js';

const PHASES: Record<IndexProgress['phase'], string> = {
  waiting: 'waiting for another xccd index on this corpus',
  fetching: 'opening',
  reading: 'looking for changes',
  indexing: 'indexing',
  idioms: 'looking for idioms',
};

/** `95 s`, `12 min`, `3 h`. */
function duration(seconds: number): string {
  if (seconds < 120) return `${Math.ceil(seconds)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

/** One line of progress: how far, how fast, how long still. */
export function progressLine(progress: IndexProgress): string {
  const { phase, done, total, functions, perSecond, secondsLeft } = progress;
  const parts = [PHASES[phase]];
  if (total > 0) parts.push(`${done}/${total}${phase === 'idioms' ? '' : ' files'}`);
  if (functions > 0) parts.push(`${functions} functions`, `${perSecond.toFixed(0)}/s`);
  if (secondsLeft !== null && done < total) parts.push(`${duration(secondsLeft)} left`);
  return parts.join(', ');
}

/**
 * Shows the progress of indexing: one changing line on a terminal; elsewhere only that it waits
 * for another process.
 */
export function indexProgress(
  stream: NodeJS.WriteStream,
  name: string,
): { show(progress: IndexProgress): void; clear(): void } {
  return {
    show: (progress) => {
      const line = `${name}: ${progressLine(progress)}`;
      if (stream.isTTY) stream.write(`\r\u001b[K${line.slice(0, (stream.columns || 80) - 1)}`);
      else if (progress.phase === 'waiting') stream.write(`${line}\n`);
    },
    clear: () => {
      if (stream.isTTY) stream.write('\r\u001b[K');
    },
  };
}
