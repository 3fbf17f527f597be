import { readEnvironment, readJobsEnvironment } from '../../src/app/environment.js';

const REQUIRED = {
  APP_ID: '1',
  PRIVATE_KEY: '-----BEGIN RSA PRIVATE KEY-----\\nabc\\n-----END RSA PRIVATE KEY-----',
  WEBHOOK_SECRET: 'long enough',
};

test('without more, jobs and corpus lie in the data folder and every repository is indexed', () => {
  expect(readEnvironment(REQUIRED)).toMatchObject({
    appId: 1,
    databaseUrl: undefined,
    corpus: '.xccd/corpus.db',
    index: { repositories: ['*/*'], maxFunctions: 50_000, maxFiles: 20_000 },
    port: 3000,
  });
});

test('with a database the corpus lies there too, unless another place is named', () => {
  const DATABASE_URL = 'postgres://xccd@db/xccd';
  expect(readEnvironment({ ...REQUIRED, DATABASE_URL }).corpus).toBe(DATABASE_URL);
  expect(readEnvironment({ ...REQUIRED, DATABASE_URL, XCCD_CORPUS: 'a.db' }).corpus).toBe('a.db');
});

test('what is indexed can be chosen', () => {
  const { index, cacheBytes } = readEnvironment({
    ...REQUIRED,
    ...{ XCCD_INDEX: 'acme/*, !acme/attic', XCCD_INDEX_LANGUAGES: 'python,rust' },
    ...{ XCCD_INDEX_MAX_MB: '3', XCCD_CACHE_MB: '7' },
  });
  expect(index).toMatchObject({
    repositories: ['acme/*', '!acme/attic'],
    languages: ['python', 'rust'],
    maxBytes: 3 * 1024 * 1024,
  });
  expect(cacheBytes).toBe(7 * 1024 * 1024);
  expect(readEnvironment({ ...REQUIRED, XCCD_INDEX: 'none' }).index.repositories).toEqual([]);
});

test.each([
  ['APP_ID', 'seven'],
  ['PRIVATE_KEY', 'not-a-key-TOPSECRET'],
  ['WEBHOOK_SECRET', 'short'],
  ['DATABASE_URL', 'mysql://root:TOPSECRET@db'],
  ['PORT', '70000'],
  ['XCCD_INDEX', 'everything'],
  ['XCCD_INDEX_LANGUAGES', 'python,cobol'],
  ['XCCD_INDEX_MAX_FUNCTIONS', '0'],
  ['XCCD_INDEX_MAX_FILES', 'many'],
])('a wrong %s is refused by name, and its value is not repeated', (name, value) => {
  let message = '';
  try {
    readEnvironment({ ...REQUIRED, [name]: value });
  } catch (error) {
    message = (error as Error).message;
  }
  expect(message).toContain(`  ${name}: expected `);
  expect(message).not.toContain('TOPSECRET');
});

test('everything that is missing is named at once', () => {
  expect(() => readEnvironment({})).toThrow(/APP_ID: is not set[^]*PRIVATE_KEY[^]*WEBHOOK_SECRET/);
});

test('the jobs need no more than their place', () => {
  expect(readJobsEnvironment({ XCCD_DATA: '/data' })).toEqual({
    databaseUrl: undefined,
    dataFolder: '/data',
  });
});
