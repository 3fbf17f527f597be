import { globToRegExp } from '../../src/corpus/glob.js';
import { isGitUrl, parseRemote } from '../../src/corpus/remote-url.js';
import { twinUrl } from '../../src/corpus/twin-url.js';

describe('a git remote', () => {
  it.each([
    ['https://github.com/acme/shop.git', 'acme/shop', 'https://github.com/acme/shop'],
    ['https://user:secret@github.com/acme/shop', 'acme/shop', 'https://github.com/acme/shop'],
    ['git@github.com:acme/shop.git\n', 'acme/shop', 'https://github.com/acme/shop'],
    [
      'ssh://git@host.example:2222/team/sub/shop.git',
      'team/sub/shop',
      'https://host.example/team/sub/shop',
    ],
    ['https://git.example:8443/acme/shop/', 'acme/shop', 'https://git.example:8443/acme/shop'],
    ['file:///srv/git/shop.git', 'shop', null],
    ['/srv/git/shop.git', 'shop', null],
    ['../shop', 'shop', null],
  ])('%s is %s at %s', (remote, name, url) => {
    expect(parseRemote(remote)).toEqual({ name, url });
  });

  it.each([
    ['https://github.com/acme/shop', true],
    ['git@github.com:acme/shop.git', true],
    ['file:///srv/shop', true],
    ['../shop', false],
    ['C:\\code\\shop', false],
    ['src', false],
  ])('%s is an address to clone from: %s', (source, expected) => {
    expect(isGitUrl(source)).toBe(expected);
  });
});

describe('the web address of a twin', () => {
  const at = (
    url: string | null,
    commit: string | null = 'abc',
    lines: [number, number] = [3, 9],
  ) => twinUrl({ url }, commit, 'src/a b#.py', lines);

  it('follows the host', () => {
    expect(at('https://github.com/acme/shop')).toBe(
      'https://github.com/acme/shop/blob/abc/src/a%20b%23.py#L3-L9',
    );
    expect(at('https://gitlab.com/acme/sub/shop')).toBe(
      'https://gitlab.com/acme/sub/shop/-/blob/abc/src/a%20b%23.py#L3-9',
    );
    expect(at('https://bitbucket.org/acme/shop')).toBe(
      'https://bitbucket.org/acme/shop/src/abc/src/a%20b%23.py#lines-3:9',
    );
    expect(at('https://github.com/acme/shop', 'abc', [3, 3])).toMatch(/#L3$/);
  });

  it('is none where it would be a guess', () => {
    expect(at(null)).toBeNull();
    expect(at('https://github.com/acme/shop', null)).toBeNull();
    expect(at('https://git.example.org/acme/shop')).toBeNull();
    expect(at('not an address')).toBeNull();
  });
});

describe('a path glob', () => {
  it.each([
    ['src/**', 'src/a/b.py', true],
    ['src/*', 'src/a/b.py', false],
    ['**/b.py', 'b.py', true],
    ['*.py', 'deep/down/b.py', true],
    ['src/?.{py,rs}', 'src/b.rs', true],
    ['src/?.{py,rs}', 'src/bb.rs', false],
    ['a+(b).py', 'a+(b).py', true],
    ['/src/b.py', 'src/b.py', true],
  ])('%s and %s: %s', (glob, path, expected) => {
    expect(globToRegExp(glob).test(path)).toBe(expected);
  });
});
