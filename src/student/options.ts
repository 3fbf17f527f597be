import type { Device } from './llama.js';
import type { Head, Reading } from './types.js';

export interface StudentOptions {
  /** Id of a folder in `models/` or path of a student folder. Default `xccd-mini`. */
  id?: string;
  /** Default `auto`. */
  device?: Device;
  /** Embedding contexts that work side by side. Default: the number of cores. */
  contexts?: number;
  /** Folder of the vector cache; null for none. Default: `defaultCacheDirectory()`. */
  cacheDir?: string | null;
}

/** Values that the commands take, for their options and error texts. */
export const DEVICES = ['auto', 'cpu', 'gpu'] as const;
export const HEADS: readonly Head[] = ['contrastive', 'binary', 'generation'];
export const READINGS: readonly Reading[] = ['labels', 'grammar', 'free'];
export const USES = ['classify', 'scan'] as const;
