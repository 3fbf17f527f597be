// Prints `N passed, N failed` from jest's JSON result. A suite that could not run counts as a
// failed test. Fails itself when there is no result or no test has passed.
import { readFileSync } from 'node:fs';

let passed = 0;
let failed = 1;
try {
  const result = JSON.parse(readFileSync(process.argv[2], 'utf8'));
  passed = result.numPassedTests;
  failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
} catch (error) {
  console.error(`no test result: ${error.message}`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(passed > 0 && failed === 0 ? 0 : 1);
