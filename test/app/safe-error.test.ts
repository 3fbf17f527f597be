import { pino } from 'pino';
import { safeError } from '../../src/app/safe-error.js';

test('a log holds neither the payload nor the token that an error carries', () => {
  let logged = '';
  const log = pino({}, { write: (line: string) => (logged += line) }).child(
    {},
    { serializers: { err: safeError } },
  );
  const cause = Object.assign(new Error('signature does not match'), {
    status: 400,
    event: { payload: { comment: { body: 'def secret_code(): pass' } } },
    request: { headers: { authorization: 'token ghs_secret' } },
  });
  log.error(new AggregateError([cause], 'webhook refused'));
  log.error({ err: cause }, 'job failed');
  expect(logged).toContain('signature does not match');
  expect(logged).toContain('"status":400');
  expect(logged).not.toMatch(/secret/);
});

test("a parser's message, which quotes what it read, is left out", () => {
  let error: unknown;
  try {
    JSON.parse('{"code": secret_code}');
  } catch (thrown) {
    error = thrown;
  }
  expect(JSON.stringify(safeError(error))).not.toContain('secret');
});

test('what is no error at all can be logged too', () => {
  expect(safeError('no')).toMatchObject({ type: 'string', message: '' });
});
