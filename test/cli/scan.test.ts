import { changeRequest } from '../../src/cli/scan.js';
import { UserError } from '../../src/errors.js';

describe('the options of `xccd scan` name one change', () => {
  test.each([
    ['nothing', [], {}, { kind: 'worktree' }],
    ['paths', ['src'], {}, { kind: 'paths' }],
    ['a base', ['src'], { base: 'main' }, { kind: 'range', base: 'main', head: undefined }],
    ['base and head', [], { base: 'main', head: 'x' }, { kind: 'range', base: 'main', head: 'x' }],
    ['staged', [], { staged: true }, { kind: 'staged' }],
    ['a date', [], { since: '2026-11-01' }, { kind: 'worktree', since: '2026-11-01' }],
  ])('%s', (_, paths, options, request) => {
    expect(changeRequest(paths, options)).toEqual(request);
  });

  test.each([
    ['two changes', { base: 'main', staged: true }],
    ['a date and a diff', { since: '2 weeks', diff: 'x.diff' }],
    ['a head without a base', { head: 'topic' }],
    ['a diff that is not there', { diff: 'no/such.diff' }],
  ])('%s is refused with a remedy', (_, options) => {
    let error: unknown;
    try {
      changeRequest([], options);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).remedy).toBeTruthy();
  });
});
