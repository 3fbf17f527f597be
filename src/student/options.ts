import type { Head } from './types.js';

/** Values that the commands take, for their options and error texts. */
export const DEVICES = ['auto', 'cpu', 'gpu'] as const;
export const HEADS: readonly Head[] = ['contrastive', 'binary', 'generation'];
export const USES = ['classify', 'scan'] as const;
