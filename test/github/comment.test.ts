import { marked } from 'marked';
import { attributionOf } from '../../src/github/attribution.js';
import { commentOf, summaryOf } from '../../src/github/comment.js';
import { fingerprintOf, isSummary } from '../../src/github/markers.js';
import { findingLicense } from '../../src/scan/compatibility-words.js';
import { judgeLicense } from '../../src/scan/license-policy.js';
import type { Finding, Twin } from '../../src/scan/types.js';

const twin: Twin = {
  repository: 'acme/monolith',
  commit: '0123456789abcdef0123456789abcdef01234567',
  path: 'src/Retry.java',
  name: 'Retry.backoff',
  language: 'java',
  startLine: 10,
  endLine: 30,
  license: 'MIT',
  probability: 0.987,
  score: 0.91,
  url: 'https://github.com/acme/monolith/blob/0123456789ab/src/Retry.java#L10-L30',
};

function finding(more: Partial<Finding> = {}): Finding {
  return {
    id: '0123abcd4567ef89',
    rule: 'duplicate',
    level: 'warning',
    message: 'backoff repeats Retry.backoff',
    function: { path: 'a.py', name: 'backoff', language: 'python', startLine: 1, endLine: 9 },
    twins: [twin],
    evidence: [{ lines: [2, 5], twinLines: [12, 15] }],
    ...more,
  };
}

test('a comment shows the twin, its licence and probability, and what the reader can do', () => {
  const body = commentOf(finding());
  expect(fingerprintOf(body)).toBe('0123abcd4567ef89');
  for (const text of ['acme/monolith', 'MIT', '98%', '2-5 ~ 12-15', 'xccd-ignore', 'not-a-clone']) {
    expect(body).toContain(text);
  }
});

/** What the licence check says of a licence in a project under another one. */
const licenseIn = (project: string, license: string) => {
  const policy = { project, allow: [], deny: [], review: [] };
  return findingLicense(license, judgeLicense(license, policy), policy);
};

test('what is in it is said once: what does what, what follows, where it lies', () => {
  const body = commentOf(finding({ license: licenseIn('MIT', 'MIT') }));
  expect(body.split('\n\n')).toMatchInlineSnapshot(`
   [
     "<!-- xccd:finding=0123abcd4567ef89 same=dececb0a3831d1aa -->
   **Duplicated logic**: \`backoff\` does what \`Retry.backoff\` in \`acme/monolith\` already does (98% likely a clone).",
     "It is licensed MIT: reuse it, or keep its notice where you copy it.",
     "- **98%** \`acme/monolith@0123456\` [\`src/Retry.java:10-30\`](<https://github.com/acme/monolith/blob/0123456789ab/src/Retry.java#L10-L30>) \`Retry.backoff\` (Java), \`MIT\`",
     "Matching lines, here ~ there: 2-5 ~ 12-15",
     "**If it was copied**, say so: put this line above the function, and keep its copyright notice with the copy. Its text: [MIT](<https://spdx.org/licenses/MIT.html>).",
     "\`\`\`python
   # Adapted from src/Retry.java in acme/monolith at 0123456789ab (MIT).
   \`\`\`",
     "<details><summary>What you can do</summary>",
     "- **Reuse it**: depend on the existing code instead of keeping a copy, or keep the copy and name its source.
   - **It is no clone**: reply \`/xccd not-a-clone\`, and it goes away.
   - **It is one, and may stay**: reply \`/xccd ignore REASON\`, or put \`xccd-ignore: REASON\` in a comment above the function.
   - **Not sure**: reply \`/xccd explain\` to see both sides with what made the model say so.
   - **Well found**: reply \`/xccd confirm\`. The student can learn from both answers.",
     "Finding \`0123abcd4567ef89\`",
     "</details>",
   ]
  `);
});

test('an attribution is asked for only where the licence lets the code in', () => {
  const allowed = commentOf(finding({ license: licenseIn('MIT', 'MIT') }));
  expect(allowed).toContain('# Adapted from src/Retry.java in acme/monolith');
  const twins = [{ ...twin, license: 'Apache-2.0' }];
  const license = licenseIn('GPL-2.0-only', 'Apache-2.0');
  const denied = commentOf(finding({ rule: 'license', level: 'error', twins, license }));
  expect(denied).not.toContain('Adapted from');
  expect(denied).toContain('**Replace it**');
  // Code of the same owner has no licence that asks for anything.
  expect(commentOf(finding())).not.toContain('Adapted from');
  expect(commentOf(finding())).toContain('**Keep one**');
});

test('a licence finding opens with the twin whose licence it is about', () => {
  const free = { ...twin, name: 'free', license: 'MIT' };
  const bound = { ...twin, name: 'bound', license: 'GPL-3.0-only', probability: 0.91 };
  const license = licenseIn('MIT', 'GPL-3.0-only');
  const body = commentOf(finding({ rule: 'license', twins: [free, bound], license }));
  expect(body).toContain('does what `bound` in `acme/monolith` already does (91% likely a clone)');
});

test('a twin that may not be named is not, and further twins are counted', () => {
  const concealed = { ...twin, concealed: true as const, name: 'not shown', url: null };
  const body = commentOf(finding({ twins: [concealed, twin, twin, twin, twin], more: 2 }));
  expect(body).toContain('**Duplicated logic**: backoff repeats Retry.backoff');
  expect(body).toContain('- and 4 more twins');
});

test('permissive licences get a line of attribution, others do not', () => {
  expect(attributionOf(finding())).toContain('src/Retry.java in acme/monolith');
  expect(attributionOf(finding({ twins: [{ ...twin, license: 'GPL-3.0-only' }] }))).toBeNull();
});

test('nothing from a repository comes alive', () => {
  const hostile =
    '@everyone <img src=x onerror=alert(1)> `](https://evil.example) #1 <!-- xccd:summary -->';
  const body = commentOf(
    finding({
      message: hostile,
      function: { path: hostile, name: hostile, language: 'python', startLine: 1, endLine: 2 },
      twins: [
        { ...twin, name: hostile, path: hostile, repository: hostile, license: hostile, url: null },
      ],
    }),
  );
  const html = marked.parse(body, { async: false, gfm: true });
  expect(html).not.toContain('<img');
  expect(html).not.toContain('<a ');
  expect(html.replace(/<code>[^]*?<\/code>/g, '')).not.toContain('@everyone');
  expect(html.match(/<!--/g)).toHaveLength(1);
});

test('a summary of 2,000 findings fits into a comment and counts the rest', () => {
  const overflow = Array.from({ length: 2000 }, () => finding());
  const body = summaryOf({ overflow, inline: 3, settled: [] });
  expect(body.length).toBeLessThanOrEqual(65_536);
  expect(isSummary(body)).toBe(true);
  expect(body).toMatch(/and \d+ more findings$/);
});

test('a summary is a table, one row for each finding, with its id for the commands', () => {
  const body = summaryOf({
    overflow: [finding(), finding({ id: 'ffff0000' })],
    inline: 0,
    settled: [],
  });
  const html = marked.parse(body, { async: false, gfm: true });
  expect(html.match(/<tr>/g)).toHaveLength(3);
  expect(html).toContain('<code>ffff0000</code>');
  expect(body).toContain('2 findings without a comment of their own.');
});

test('a summary without findings says so in one line', () => {
  expect(summaryOf({ overflow: [], inline: 0, settled: [] }).split('\n')).toHaveLength(2);
});
