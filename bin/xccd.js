#!/usr/bin/env node
// Plain JavaScript that also an old Node can read, so that it can say what is wrong.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 12)) {
  process.stderr.write(
    `xccd needs Node.js 22.12 or newer; this is ${process.version}.\n` +
      'Remedy: install a newer Node.js, or `npm install node@24` beside xccd and run it by npx.\n',
  );
  process.exit(2);
}
import('../dist/cli/main.js').then(
  (cli) => cli.main(process.argv),
  (error) => {
    process.stderr.write(`xccd could not start: ${error && error.stack}\n`);
    process.exit(3);
  },
);
