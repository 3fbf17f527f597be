import { explainSpillError } from '../../src/scan/clusters-forms.js';

const failing = (code: string) => Object.assign(new Error('write'), { code });

describe('the temporary file of a report', () => {
  it.each(['ENOSPC', 'EDQUOT'])(
    'for which there is no room is told with what to do: %s',
    (code) => {
      expect(explainSpillError(failing(code))).toMatchObject({
        name: 'UserError',
        message: expect.stringMatching(/No space is left/),
        remedy: expect.stringMatching(/TMPDIR/),
      });
    },
  );

  it('hides no other fault', () => {
    const fault = failing('EIO');
    expect(explainSpillError(fault)).toBe(fault);
  });
});
