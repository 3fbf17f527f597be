import { ownerOf, sameRepository } from '../../src/scan/repository-name.js';

test.each([
  ['acme/shop', 'acme/shop', true],
  ['acme/shop', 'Acme/Shop.git', true],
  ['shop', 'acme/shop', true],
  ['github.com/acme/shop', 'acme/shop', true],
  ['git@github.com:acme/shop.git', 'https://github.com/acme/shop', true],
  ['acme/shop', 'acme/workshop', false],
  ['op', 'acme/shop', false],
  ['acme/shop', 'other/shop', false],
  ['', 'acme/shop', false],
])('%j and %j are one repository: %s', (a, b, same) => {
  expect(sameRepository(a, b)).toBe(same);
  expect(sameRepository(b, a)).toBe(same);
});

test.each([
  ['acme/shop', 'acme'],
  ['https://gitlab.example.com/acme/team/shop', 'acme'],
  ['shop', null],
])('the owner of %j is %j', (name, owner) => {
  expect(ownerOf(name)).toBe(owner);
});
