import { renderReport } from '../../src/report/render-report.js';
import { findingLicense } from '../../src/scan/compatibility-words.js';
import { judgeLicense } from '../../src/scan/license-policy.js';
import { pageData } from './html-data.js';
import { sampleFinding, sampleResult } from './sample.js';

const policy = { project: 'GPL-2.0-only', allow: [], deny: [], review: [] };
const license = findingLicense('Apache-2.0', judgeLicense('Apache-2.0', policy), policy);
const finding = sampleFinding({ rule: 'license', message: license.explanation, license });
const TEXT = 'https://spdx.org/licenses/Apache-2.0.html';
const SOURCE = 'https://www.gnu.org/licenses/license-list.html#apache2';

describe('a licence finding tells where the licence stands and who judged it', () => {
  const render = (
    format: 'terminal' | 'markdown' | 'html' | 'json',
    result = sampleResult([finding]),
  ) => renderReport(result, format, { color: false, verbose: false });

  test.each([
    ['terminal', `  text of Apache-2.0: ${TEXT}\n  compatibility: ${SOURCE}`],
    ['markdown', `Licence: [text of Apache-2.0](<${TEXT}>), [compatibility](<${SOURCE}>)`],
    ['json', `"text": "${TEXT}"`],
  ] as const)('as %s', (format, expected) => {
    expect(render(format)).toContain(expected);
  });

  test('as the page', () => {
    const [details] = pageData(render('html')).details;
    expect(JSON.stringify(details)).toContain(
      `text of Apache-2.0: ${TEXT} compatibility: ${SOURCE}`,
    );
  });

  test('and a duplicate does not', () => {
    const duplicate = sampleResult([{ ...finding, rule: 'duplicate' }]);
    expect(render('terminal', duplicate)).not.toContain(TEXT);
    expect(render('markdown', duplicate)).not.toContain(TEXT);
  });

  test('a terminal tells it once, and refers to it from then on', () => {
    const name = `again does what it did. ${license.explanation}`;
    const second = { ...finding, id: 'f2', message: name };
    const text = render('terminal', sampleResult([finding, second]));
    expect(text.split(license.explanation)).toHaveLength(2);
    expect(text.split(TEXT)).toHaveLength(2);
    expect(text).toContain('again does what it did. Apache-2.0, as above.');
  });
});
