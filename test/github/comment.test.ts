import { marked } from 'marked';
import { attributionOf } from '../../src/github/attribution.js';
import { commentOf, summaryOf } from '../../src/github/comment.js';
import { fingerprintOf, isSummary } from '../../src/github/markers.js';
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

test('a summary without findings says so in one line', () => {
  expect(summaryOf({ overflow: [], inline: 0, settled: [] }).split('\n')).toHaveLength(2);
});
