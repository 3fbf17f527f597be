export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // These need a Chromium: `jest.browser.config.mjs` runs them.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/report/browser/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
        module: { type: 'es6' },
      },
    ],
  },
  // Generous, so that a busy machine fails no test; a test that hangs still ends.
  testTimeout: 180_000,
  maxWorkers: 2,
};
