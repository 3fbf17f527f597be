import type { IncomingMessage } from 'node:http';

/** GitHub sends payloads of up to 25 MB. */
export const MAX_BODY_BYTES = 25 * 1024 * 1024;

/** The body of a request as text; null when it is larger than GitHub's webhooks get. */
export async function readBody(
  request: IncomingMessage,
  maxBytes = MAX_BODY_BYTES,
): Promise<string | null> {
  if (Number(request.headers['content-length']) > maxBytes) return null;
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > maxBytes) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
