import type { ScanProgress } from '../scan/scan.js';

const STAGES: Record<ScanProgress['stage'], string> = {
  read: 'reading files',
  encode: 'encoding functions',
  search: 'searching the corpus',
};

/** Shows a scan's progress on one line of a terminal; undefined for pipes and files. */
export function scanProgress(
  stream: NodeJS.WriteStream,
): ((progress: ScanProgress) => void) | undefined {
  if (!stream.isTTY) return undefined;
  return ({ stage, done, total }) => {
    stream.write(`\r\u001b[K${STAGES[stage]} ${done}/${total}`);
    if (stage === 'search' && done === total) stream.write('\r\u001b[K');
  };
}
