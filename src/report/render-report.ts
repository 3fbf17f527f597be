import type { ScanResult } from '../scan/types.js';
import { renderHtml } from './html.js';
import { renderJson } from './json.js';
import { renderMarkdown } from './markdown.js';
import { renderSarif } from './sarif.js';
import { renderTerminal } from './terminal.js';

export const FORMATS = ['terminal', 'json', 'sarif', 'markdown', 'html'] as const;

export type Format = (typeof FORMATS)[number];

export interface ReportOptions {
  /** Colours in the terminal format. Off by default. */
  color?: boolean;
  /** Columns of the terminal; undefined when piped. From 100 on code stands side by side. */
  width?: number;
  /** Terminal format: every line of code, every twin, every skipped path. */
  verbose?: boolean;
  /** Version of xccd for SARIF; taken from `result.tool` by default. */
  toolVersion?: string;
  /** Markdown: longest text in UTF-16 code units (65,000 by default). */
  maxLength?: number;
}

/** The result of a scan as text. Pure: equal inputs give equal bytes. Ends with a newline. */
export function renderReport(
  result: ScanResult,
  format: Format,
  options: ReportOptions = {},
): string {
  switch (format) {
    case 'terminal':
      return renderTerminal(result, {
        color: options.color ?? false,
        width: options.width,
        verbose: options.verbose ?? false,
      });
    case 'json':
      return renderJson(result);
    case 'sarif':
      return renderSarif(result, options.toolVersion ?? result.tool.split(' ')[1] ?? '0.0.0');
    case 'markdown':
      return renderMarkdown(result, { maxLength: options.maxLength });
    case 'html':
      return renderHtml(result);
  }
}
