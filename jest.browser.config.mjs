// The tests of the HTML page in a real browser; XCCD_CHROMIUM names another one than Debian's.
import base from './jest.config.mjs';

export default {
  ...base,
  testMatch: ['<rootDir>/test/report/browser/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
};
