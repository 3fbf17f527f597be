import { inflateRawSync } from 'node:zlib';

/** What the page's own script reads of it: the entries of the list, and their details unpacked. */
export function pageData(html: string): {
  data: { items: Record<string, unknown>[]; [key: string]: unknown };
  details: {
    note: string;
    flags: { level: string; text: string }[];
    more: number;
    members: {
      [key: string]: unknown;
      rows: [[number, string, 0 | 1] | 0, [number, string, 0 | 1] | 0][] | null;
    }[];
  }[];
} {
  const [, json] = /<script type="application\/json" id="data">([^<]*)<\/script>/.exec(html)!;
  const chunks = [...html.matchAll(/<script type="text\/plain" class="chunk">([^<]*)<\/script>/g)];
  return {
    data: JSON.parse(json!),
    details: chunks.flatMap(([, text]) =>
      JSON.parse(inflateRawSync(Buffer.from(text!, 'base64')).toString()),
    ),
  };
}

/** The page without what is equal in all pages, its details readable. */
export function readablePage(html: string): string {
  const { details } = pageData(html);
  return html
    .replace(/<style>[^]*?<\/style>/, '<style>…</style>')
    .replace(/<script>[^]*?<\/script>/, '<script>…</script>')
    .replace(/'sha256-[^']*'/g, "'sha256-…'")
    .replace(/(<script type="text\/plain" class="chunk">)[^<]*(<\/script>)/g, '$1…$2')
    .concat(JSON.stringify(details, null, 1), '\n');
}
