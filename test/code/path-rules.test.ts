import { isGeneratedOrVendoredPath, isTestPath } from '../../src/code/path-rules.js';

test.each([
  'pkg/a_test.go',
  'test_a.py',
  'a/tests/helper.py',
  'src/test/java/a/Foo.java',
  'src/FooTest.java',
  'Foo.Tests/Bar.cs',
  'src/a.spec.ts',
  'src/a.test.tsx',
  'src/__tests__/a.js',
  'spec/models/a_spec.rb',
  'fixtures/a.js',
  'Sources/FooTests.swift',
  'conftest.py',
  'a_unittest.cc',
])('%s is a test', (path) => {
  expect(isTestPath(path)).toMatch(/^test: /);
});

test.each([
  'src/contest.py',
  'src/latest.js',
  'src/attestation.go',
  'src/Testament.java',
  'a/protest.rb',
])('%s is no test', (path) => {
  expect(isTestPath(path)).toBeNull();
});

test.each([
  ['node_modules/a/index.js', 'vendored'],
  ['vendor/github.com/a/a.go', 'vendored'],
  ['third_party/zlib/inflate.c', 'vendored'],
  ['lib/jquery-3.7.1.min.js', 'generated: minified'],
  ['dist/index.js', 'generated'],
  ['app/migrations/0001_initial.py', 'migrations'],
  ['db/migrate/2020_create.rb', 'migrations'],
  ['api/a.pb.go', 'generated'],
  ['api/a_pb2.py', 'generated'],
  ['Form1.Designer.cs', 'generated'],
  ['types/a.d.ts', 'declarations'],
  ['win\\node_modules\\a.js', 'vendored'],
])('%s is left out as %s', (path, reason) => {
  expect(isGeneratedOrVendoredPath(path)).toMatch(new RegExp(`^${reason}`));
});

test.each([
  'src/index.ts',
  'lib/vendoring.py',
  'src/distance.js',
  'cmd/main.go',
  'src/immigration.rb',
])('%s is kept', (path) => {
  expect(isGeneratedOrVendoredPath(path)).toBeNull();
});
