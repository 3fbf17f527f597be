import { parseOwners, withOwners } from '../../src/scan/owners.js';
import { sampleResult } from '../report/sample.js';

const owner = (rules: string, path: string) => parseOwners(rules)(path).join(' ');

describe('CODEOWNERS', () => {
  // The examples of GitHub's own documentation.
  const DOCUMENTED = `
# Lines starting with '#' are comments.
*       @global-owner1 @global-owner2
*.js    @js-owner #This is an inline comment.
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/* docs@example.com
apps/ @octocat
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @octocat
/apps/ @octocat
/apps/github
`;

  it.each([
    ['README', '@global-owner1 @global-owner2'],
    ['src/a.js', '@js-owner'],
    ['deep/er/b.go', 'docs@example.com'],
    ['notes.txt', '@octo-org/octocats'],
    ['build/logs/today', '@octocat'],
    ['build/logs/deep/er', '@octocat'],
    ['docs/getting-started.md', '@doctocat'],
    ['docs/build-app/trouble.md', '@doctocat'],
    ['scripts/x.sh', '@doctocat @octocat'],
    ['some/apps/x.c', '@octocat'],
    ['apps/x.c', '@octocat'],
    ['apps/github', ''],
    ['apps/github/deep/x.c', ''],
    ['deeply/nested/logs/x', '@octocat'],
  ])('gives the owners of %s as GitHub documents it', (path, owners) => {
    expect(owner(DOCUMENTED, path)).toBe(owners);
  });

  it('takes `folder/*` for what lies directly in it', () => {
    expect(owner('docs/* @docs', 'docs/a.md')).toBe('@docs');
    expect(owner('docs/* @docs', 'docs/deep/a.md')).toBe('');
    expect(owner('docs/* @docs', 'other/docs/a.md')).toBe('');
  });

  it('lets the last line that matches hold, also where it names nobody', () => {
    expect(owner('*.py @a\n*.py @b', 'x.py')).toBe('@b');
    expect(owner('* @a\n/vendor/', 'vendor/x.py')).toBe('');
  });

  it('tells case apart, and names from parts of names', () => {
    expect(owner('/Src/ @a', 'src/x.py')).toBe('');
    expect(owner('/src/app @a', 'src/application/x.py')).toBe('');
    expect(owner('app.py @a', 'my-app.py')).toBe('');
    expect(owner('a.py @a', 'aXpy')).toBe('');
  });

  it('leaves out lines that GitHub refuses, and none but those', () => {
    expect(owner('* @a\n!x.py @b\n[a-z].py @c\nx.py not-an-owner', 'x.py')).toBe('@a');
  });

  it('reads spaces and line ends as they are written', () => {
    expect(owner('/my\\ docs/ @a\r\n', 'my docs/x.md')).toBe('@a');
    expect(owner('*.md\t@a\t@b', 'x.md')).toBe('@a @b');
  });

  it('stands in findings beside the function, and nowhere where nobody is named', () => {
    const result = withOwners(sampleResult(), parseOwners('/text/ @team/text'));
    expect(result.findings.map(({ owners }) => owners)).toEqual([['@team/text'], undefined]);
    expect('owners' in result.findings[1]!).toBe(false);
  });
});
