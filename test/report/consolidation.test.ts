import fc from 'fast-check';
import { renderConsolidationHtml } from '../../src/report/consolidation-html.js';
import { renderConsolidationJson } from '../../src/report/consolidation-json.js';
import { SCRIPT } from '../../src/report/html-script.js';
import {
  hostileConsolidation,
  numberedCluster,
  sampleCode,
  sampleCluster,
  sampleConsolidation,
} from './consolidation-sample.js';
import { harmless, hostile, UNSAFE } from './hostile.js';
import { pageData } from './html-data.js';

const page = (consolidation = sampleConsolidation(), code: typeof sampleCode | null = sampleCode) =>
  renderConsolidationHtml(consolidation, code);

describe('consolidation as JSON', () => {
  test('has provenance and figures, and no code', () => {
    const json = JSON.parse(renderConsolidationJson(sampleConsolidation()));
    expect(Object.keys(json)).toEqual([
      'version',
      'tool',
      'student',
      'corpus',
      'summary',
      'clusters',
      'licenseMap',
    ]);
    expect(Object.keys(json.clusters[0].members[0])).toEqual([
      'repository',
      'commit',
      'path',
      'name',
      'language',
      'startLine',
      'endLine',
      'license',
      'visibility',
      'url',
      'probability',
      'evidence',
    ]);
    expect(JSON.stringify(json)).not.toContain('loop min cost');
  });
});

describe('consolidation as a page', () => {
  test('shows code where it is at hand, the canonical form elsewhere, and nothing of it when told so', () => {
    const [cluster] = pageData(page()).details;
    const [, rust, java] = cluster!.members;
    const right = (member: typeof rust) =>
      member!.rows!.flatMap(([, side]) => (side ? [side[1]] : []));
    expect(right(rust).join('\n')).toContain('for (i, a_elem) in a.into_iter().enumerate()');
    expect(rust!['form']).toBe(false);
    expect(right(java)[0]).toBe('distance edit');
    expect(java!['form']).toBe(true);
    const [bare] = pageData(page(sampleConsolidation(), null)).details;
    expect(bare!.members.map(({ rows }) => rows)).toEqual([null, null, null]);
  });

  test('marks the aligned lines of both sides', () => {
    const [cluster] = pageData(page()).details;
    const marked = cluster!.members[1]!.rows!.filter(
      ([left, side]) => left && side && left[2] && side[2],
    );
    expect(marked.map(([left, side]) => [left && left[0], side && side[0]])).toEqual([
      [32, 245],
      [33, 246],
    ]);
  });

  test('names what licences forbid, in the cluster and in the map', () => {
    const html = page();
    const [cluster] = pageData(html).details;
    expect(cluster!.flags).toEqual([
      {
        level: 'denied',
        text: 'acme/search (GPL-3.0-only) beside rapidfuzz/strsim-rs (MIT). Its licence is GPL-3.0-only, which this MIT project must not copy from.',
      },
    ]);
    expect(html).toContain(
      'href="#view=items&amp;repository=rapidfuzz%2Fstrsim-rs&amp;license=GPL-3.0-only"',
    );
  });

  test('opens no element and no attribute for hostile names and code', () => {
    const shape = (html: string) =>
      html
        .match(/<[^>]*>/g)!
        .map((tag) => tag.replace(/ (?:value|title|href|aria-label)="[^"]*"/g, ''));
    fc.assert(
      fc.property(hostile, (text) => {
        const html = page(hostileConsolidation(text), () => text);
        expect(html).not.toMatch(UNSAFE);
        const plain = harmless(text);
        expect(shape(html)).toEqual(shape(page(hostileConsolidation(plain), () => plain)));
        const { data, details } = pageData(html);
        expect(JSON.stringify([data, details])).not.toMatch(UNSAFE);
        for (const { members } of details)
          for (const { url } of members) expect(url).toMatch(/^$|^https?:\/\//);
      }),
    );
  });

  test('has a script that is valid and holds nothing that ends its element', () => {
    expect(() => new Function(SCRIPT)).not.toThrow();
    expect(SCRIPT).not.toMatch(/<\/script|<!--|innerHTML|eval\(|\bFunction\(/);
  });

  test('gives equal bytes for equal corpora, and stays small with thousands of clusters', () => {
    const many = () =>
      sampleConsolidation(Array.from({ length: 3000 }, (_, n) => numberedCluster(n)));
    const html = page(many());
    expect(page(many())).toBe(html);
    expect(html.length).toBeLessThan(3000 * 900);
    expect(pageData(html).details).toHaveLength(3000);
  });

  test('says so where nothing stands twice', () => {
    expect(page(sampleConsolidation([]))).toContain(
      'Nothing stands in several repositories or languages.',
    );
  });

  test('counts members that it does not list', () => {
    const { members } = sampleCluster();
    const many = Array.from({ length: 300 }, (_, i) => ({ ...members[1]!, path: `src/${i}.rs` }));
    const [cluster] = pageData(
      page(sampleConsolidation([sampleCluster({ members: many })])),
    ).details;
    expect(cluster!.members.length + cluster!.more).toBe(300);
    expect(cluster!.more).toBeGreaterThan(0);
  });
});
