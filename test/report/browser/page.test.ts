import type { Page } from 'puppeteer-core';
import { renderConsolidationHtml } from '../../../src/report/consolidation-html.js';
import { renderReport } from '../../../src/report/render-report.js';
import {
  hostileConsolidation,
  numberedCluster,
  sampleCluster,
  sampleCode,
  sampleConsolidation,
} from '../consolidation-sample.js';
import { hostileResult, sampleResult } from '../sample.js';
import { eventually, Pages } from './browser.js';

/** Texts of the page that stand out from their background by less than 4.5 to 1. */
const LOW_CONTRAST = `(() => {
  const parse = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const part = (value) => (value <= 10 ? value / 3294 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const low = new Set();
  for (const node of document.querySelectorAll('body *')) {
    const own = [...node.childNodes].some((one) => one.nodeType === 3 && one.textContent.trim());
    const apart = node.closest('svg, script, .hidden, .quiet, .skip');
    if (!own || apart || !node.checkVisibility()) continue;
    let background = [];
    for (let around = node; around; around = around.parentElement) {
      background = parse(getComputedStyle(around).backgroundColor);
      if (background.length === 3 || background[3] > 0.9) break;
    }
    const [a, b] = [luminance(parse(getComputedStyle(node).color)), luminance(background)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) low.add(node.className + ' ' + ratio.toFixed(2) + ' ' + node.textContent);
  }
  return [...low];
})()`;

const pages = new Pages();
beforeAll(() => pages.start());
afterAll(() => pages.stop());

const MANY = 5000;
const many = renderConsolidationHtml(
  sampleConsolidation([
    sampleCluster(),
    ...Array.from({ length: MANY - 1 }, (_, n) => numberedCluster(n)),
  ]),
  sampleCode,
);

const title = (page: Page) => () =>
  page.$eval('#detail', (node) => node.querySelector('h2')?.textContent ?? '');
const shown = (page: Page) => () => page.$eval('#shown', (node) => node.textContent);
const hash = (page: Page) => page.evaluate('location.hash') as Promise<string>;
const focused = (page: Page) => () =>
  page.evaluate("document.activeElement?.id ?? ''") as Promise<string>;
const count = (page: Page, selector: string) => page.$$eval(selector, (nodes) => nodes.length);

describe('the page of a corpus', () => {
  it('opens with thousands of clusters, draws a few of them, and asks for nothing', async () => {
    const { page, trouble, requests } = await pages.open(many, '#view=items');
    await eventually(shown(page), '5,000 clusters');
    expect(await count(page, '.entry')).toBeLessThan(40);
    await page.$eval('#list', (list) => (list.scrollTop = list.scrollHeight));
    await eventually(
      () => page.$$eval('.entry', (nodes) => nodes.at(-1)!.getAttribute('aria-posinset')),
      '5000',
    );
    expect(await count(page, '.entry')).toBeLessThan(40);
    expect({ trouble, requests }).toEqual({ trouble: [], requests: [] });
    await page.close();
  });

  it('searches, and keeps the search in the address', async () => {
    const { page, trouble } = await pages.open(many, '#view=items');
    await page.type('#q', 'levenshtein strsim');
    await eventually(shown(page), '1 of 5,000 clusters, 51 lines');
    await eventually(title(page), 'levenshtein_distance');
    expect(new URLSearchParams((await hash(page)).slice(1)).get('q')).toBe('levenshtein strsim');
    await page.click('#clear');
    await eventually(shown(page), '5,000 clusters');
    expect(await hash(page)).not.toContain('q=');
    await page.type('#q', 'no such function');
    await eventually(() => count(page, '.empty'), 1);
    expect(trouble).toEqual([]);
    await page.close();
  });

  it('shows what an address says: filters, order, entry and member', async () => {
    const address =
      '#view=items&language=python%2Crust&repository=acme%2Fsearch&level=denied&sort=name&open=c0ffee0000000001&pair=2';
    const { page } = await pages.open(many, address);
    await eventually(shown(page), '1 of 5,000 clusters, 51 lines');
    await eventually(title(page), 'levenshtein_distance');
    await eventually(
      () => page.$$eval('#detail .code th', (nodes) => nodes.map((node) => node.textContent)),
      [
        'levenshtein_distancejamesturk/jellyfish@aaaaaaa jellyfish/_jellyfish.py:16-40',
        'Distance.editacme/search@aaaaaaa src/Distance.java:5-30 (canonical form)',
      ],
    );
    const checked = await page.$$eval('[name=language]:checked', (nodes) =>
      nodes.map((node) => (node as unknown as { value: string }).value),
    );
    expect(checked.sort()).toEqual(['python', 'rust']);
    await page.click('.chip:has([value=rust])');
    expect(await hash(page)).toContain('language=python&');
    await page.close();
  });

  it('is worked with the keyboard alone', async () => {
    const { page, trouble } = await pages.open(many, '#view=items&language=python,rust,java');
    await eventually(title(page), 'levenshtein_distance');
    await page.keyboard.press('/');
    await eventually(focused(page), 'q');
    await page.keyboard.type('zzz');
    await page.keyboard.press('Escape');
    await eventually(focused(page), 'list');
    await page.goto((await page.url()).replace(/#.*/, '#view=items'));
    await page.focus('#list');
    const first = await title(page)();
    await page.keyboard.press('j');
    await eventually(async () => (await title(page)()) !== first, true);
    const second = await title(page)();
    await page.keyboard.press('ArrowUp');
    await eventually(title(page), first);
    await page.keyboard.press('ArrowDown');
    await eventually(title(page), second);
    const active = await page.$eval('#list', (list) => list.getAttribute('aria-activedescendant'));
    expect(await page.$eval(`#${active}`, (node) => node.getAttribute('aria-selected'))).toBe(
      'true',
    );
    await page.keyboard.press('Enter');
    await eventually(focused(page), 'detail');
    await page.keyboard.press('Escape');
    await eventually(focused(page), 'list');
    await page.keyboard.press('End');
    await eventually(
      () =>
        page.$$eval('.entry[aria-selected=true]', (nodes) =>
          nodes[0]?.getAttribute('aria-posinset'),
        ),
      '5000',
    );
    await page.keyboard.press('?');
    await eventually(() => count(page, 'dialog[open]'), 1);
    await page.keyboard.press('Escape');
    await eventually(() => count(page, 'dialog[open]'), 0);
    expect(trouble).toEqual([]);
    await page.close();
  });

  it('walks through the members of a cluster with [ and ]', async () => {
    const { page } = await pages.open(many, '#view=items&open=c0ffee0000000001');
    const pressed = () =>
      page.$$eval('.members [aria-pressed=true]', (nodes) =>
        nodes.map((node) => node.getAttribute('aria-label')),
      );
    await eventually(pressed, [
      'Compare with generic_levenshtein in rapidfuzz/strsim-rs@aaaaaaa src/lib.rs:233-260',
    ]);
    await page.keyboard.press(']');
    await eventually(pressed, [
      'Compare with Distance.edit in acme/search@aaaaaaa src/Distance.java:5-30',
    ]);
    expect(await hash(page)).toContain('pair=2');
    await page.keyboard.press('[');
    await eventually(async () => (await pressed()).join('').includes('strsim'), true);
    await page.close();
  });

  it('sets aligned lines level and highlights them', async () => {
    const { page } = await pages.open(many, '#view=items&open=c0ffee0000000001');
    await eventually(
      () =>
        page.$$eval('.code tr', (rows) =>
          rows
            .filter((row) => row.querySelectorAll('.n.m').length === 2)
            .map((row) => [...row.querySelectorAll('.n.m')].map((node) => node.textContent)),
        ),
      [
        ['32', '245'],
        ['33', '246'],
      ],
    );
    await page.close();
  });

  it('is dark where the system is or the reader says so, with enough contrast in both', async () => {
    for (const scheme of ['light', 'dark'] as const) {
      const { page } = await pages.open(many, `#view=items&open=c0ffee0000000001&theme=${scheme}`);
      await eventually(title(page), 'levenshtein_distance');
      // The colours of controls take a moment to change.
      await eventually(async () => ({ scheme, low: await page.evaluate(LOW_CONTRAST) }), {
        scheme,
        low: [],
      });
      await page.close();
    }
    const { page } = await pages.open(many, '#view=items');
    const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }]);
    await eventually(background, 'rgb(255, 255, 255)');
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
    await eventually(background, 'rgb(14, 17, 22)');
    await page.keyboard.press('t');
    await eventually(background, 'rgb(255, 255, 255)');
    expect(await hash(page)).toContain('theme=light');
    await page.close();
  });

  it('leads from the overview and from the licence map to the clusters', async () => {
    const { page } = await pages.open(many);
    expect(await count(page, '#view-overview:not([hidden]) svg.plot')).toBe(3);
    await page.click('nav a[data-to=licences]');
    await eventually(() => count(page, '#view-licences:not([hidden])'), 1);
    await page.click('.map td.v-denied a');
    await eventually(shown(page), '1 of 5,000 clusters, 51 lines');
    expect(await hash(page)).toContain('license=GPL-3.0-only');
    await page.goBack();
    await eventually(() => count(page, '#view-licences:not([hidden])'), 1);
    await page.close();
  });

  it('names its landmarks, and every control', async () => {
    const { page } = await pages.open(many, '#view=items');
    for (const landmark of [
      'header',
      'nav[aria-label]',
      'main',
      'h1',
      '[role=search]',
      'article[aria-label]',
    ])
      expect([landmark, await count(page, landmark)]).toEqual([landmark, 1]);
    await eventually(async () => (await count(page, '#detail h2')) > 0, true);
    const nameless = await page.$$eval(
      'button, input, select, a, [role=listbox], [tabindex]',
      (nodes) =>
        nodes
          .filter((node) => {
            const labels = (node as unknown as { labels?: { length: number } }).labels?.length ?? 0;
            return !labels && !node.getAttribute('aria-label') && !node.textContent?.trim();
          })
          .map((node) => node.outerHTML.slice(0, 80)),
    );
    expect(nameless).toEqual([]);
    await page.close();
  });

  it('shows the list first on a narrow screen, and the way back from an entry', async () => {
    const { page } = await pages.open(many, '#view=items', 400);
    const visible = (selector: string) => page.$eval(selector, (node) => node.checkVisibility());
    expect(await visible('#list')).toBe(true);
    expect(await visible('#detail')).toBe(false);
    await page.click('.entry');
    await eventually(() => visible('#detail'), true);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    await page.click('.back');
    await eventually(() => visible('#list'), true);
    await page.close();
  });
});

const ATTACK = `</script></title></style><script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)>"'><a href=javascript:alert(4)>\u202e{{x}}`;

describe('hostile names and code', () => {
  it.each([
    ['corpus', renderConsolidationHtml(hostileConsolidation(ATTACK), () => ATTACK)],
    ['scan', renderReport(hostileResult(ATTACK), 'html')],
  ])('stay text in the page of a %s', async (_, html) => {
    const { page, trouble, requests } = await pages.open(html, '#view=items');
    await eventually(
      async () => (await title(page)()).includes('<img src=x onerror=alert(2)>'),
      true,
    );
    await eventually(() => count(page, '.code td.c'), 2);
    expect(await count(page, 'img, svg:not(.plot), script:not(#data):not(.chunk)')).toBe(1);
    const hrefs = await page.$$eval('a', (nodes) => nodes.map((node) => node.getAttribute('href')));
    expect(hrefs.filter((href) => !/^(#|https:\/\/)/.test(href!))).toEqual([]);
    expect(await page.evaluate('document.body.innerText.includes("\\u202e")')).toBe(false);
    const options = await page.$$eval('#repository option', (nodes) =>
      nodes.map((node) => node.textContent),
    );
    expect(options[1]).toContain('<script>alert(1)</script>');
    expect({ trouble, requests }).toEqual({ trouble: [], requests: [] });
    await page.close();
  });

  it('in the address do no more than find nothing', async () => {
    const { page, trouble } = await pages.open(
      many,
      `#view=${encodeURIComponent(ATTACK)}&q=${encodeURIComponent(ATTACK)}&language=x&open=__proto__&pair=NaN&sort=constructor&theme=${encodeURIComponent(ATTACK)}`,
    );
    await eventually(() => count(page, '.empty'), 1);
    expect(trouble).toEqual([]);
    await page.close();
  });
});

describe('the page of a scan', () => {
  it('is the same page: list, search, code and skipped files', async () => {
    const { page, trouble, requests } = await pages.open(renderReport(sampleResult(), 'html'));
    await eventually(shown(page), '2 findings');
    await eventually(title(page), 'levenshtein_distance');
    await eventually(async () => (await count(page, '.code .n.m')) > 4, true);
    await page.select('#level', 'error');
    await eventually(title(page), 'encode');
    expect(await hash(page)).toContain('level=error');
    await page.click('nav a[data-to=skipped]');
    await eventually(() => count(page, '#view-skipped:not([hidden])'), 1);
    expect({ trouble, requests }).toEqual({ trouble: [], requests: [] });
    await page.close();
  });
});
