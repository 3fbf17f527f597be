import { createHash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';

/** A source of a content security policy: this text and nothing else. */
export function cspHash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** JSON that can stand in a script element: no sign in it can end the element or open a comment. */
export function embeddedJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A value that the page unpacks when it is looked at: deflated JSON in base64. */
export function packed(value: unknown): string {
  return deflateRawSync(JSON.stringify(value)).toString('base64');
}
