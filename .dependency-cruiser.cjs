/** The rooms of src/ and the direction of their imports (see ARCHITECTURE.md). */
const rooms = [
  'code',
  'diff',
  'student',
  'corpus',
  'scan',
  'report',
  'github',
  'app',
  'action',
  'cli',
  'distill',
];
const allowed = {
  code: [],
  diff: ['code'],
  student: ['code', 'diff'],
  corpus: ['code', 'diff', 'student'],
  scan: ['code', 'diff', 'student', 'corpus'],
  report: ['code', 'diff', 'student', 'corpus', 'scan'],
  github: ['code', 'diff', 'student', 'corpus', 'scan', 'report'],
  app: ['code', 'diff', 'student', 'corpus', 'scan', 'report', 'github'],
  action: ['code', 'diff', 'student', 'corpus', 'scan', 'report', 'github'],
  cli: rooms,
  distill: ['code', 'student', 'corpus'],
};
const only = (name, packages, except) => ({
  name,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/(${except})/` },
  to: { path: `node_modules/(${packages})` },
});
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      // The canonical form is one recursive walk over a syntax tree, cut into a file per kind of
      // syntax: a loop holds calls, a call holds lambdas, a lambda holds loops.
      severity: 'error',
      from: { pathNot: '^src/code/canonical/' },
      to: { circular: true },
    },
    ...rooms.map((room) => ({
      name: `room-${room}`,
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: {
        path: '^src/',
        pathNot: `^src/(${[room, ...allowed[room]].join('|')})/|^src/(errors|version|files)\\.ts$`,
      },
    })),
    only('octokit-only-in-github-and-app', '@octokit|probot', 'github|app'),
    only('llama-only-in-student', 'node-llama-cpp', 'student'),
    only('database-only-in-corpus', 'better-sqlite3|pg/|pg-copy-streams|hyparquet', 'corpus'),
    // The App's queue hands its PGlite to pg-boss.
    only('pglite-only-in-corpus-and-queue', '@electric-sql', 'corpus|app'),
    only('queue-only-in-app', 'pg-boss', 'app'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
