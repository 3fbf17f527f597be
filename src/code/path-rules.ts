import { baseName } from './languages.js';

const TEST_FOLDER =
  /(?:^|\/)(?:tests?|testing|specs?|__tests__|__mocks__|__snapshots__|__fixtures__|fixtures?|test[-_]?data|testcases?|e2e|cypress|androidTest|[\w-]+[-_.]tests?|[\w.]*(?:Unit|Integration)?Tests)(?=\/)/;

const TEST_FILE: RegExp[] = [
  /^tests?_.*\.py$/,
  /_tests?\.(?:py|go|rs|rb|c|cc|cpp|cxx|exs|php|dart|swift)$/,
  /^(?:conftest|tests?)\.(?:py|rs)$/,
  /[._-](?:test|spec|e2e|cy|stories)\.[mc]?[jt]sx?$/,
  /(?:_spec|^spec_helper|^rails_helper|^test_.*)\.rb$/,
  /(?:[a-z0-9_]Tests?|TestCase|TestSuite|[a-z0-9_]IT|[a-z0-9_]Spec)\.(?:java|kt|kts|scala|cs|swift|php|groovy)$/,
  /^Tests?[A-Z]\w*\.(?:java|kt|scala|php)$/,
  /(?:^tests?_|^gtest_|_unittest|_gtest).*\.(?:c|cc|cpp|cxx|h|hpp)$|_unittest\.\w+$/,
  /[._-]test\.(?:php|c|cc|cpp)$/,
];

/**
 * Why a path (with `/`) counts as tests or their data by the customs of the 14 languages; null if
 * it does not.
 */
export function isTestPath(path: string): string | null {
  const normal = path.replaceAll('\\', '/');
  if (TEST_FOLDER.test(normal)) return 'test: folder name';
  const name = baseName(normal);
  return TEST_FILE.some((rule) => rule.test(name)) ? 'test: file name' : null;
}

const FOLDERS: [rule: RegExp, reason: string][] = [
  [/(?:^|\/)node_modules\//, 'vendored: node_modules/'],
  [/(?:^|\/)bower_components\//, 'vendored: bower_components/'],
  [/(?:^|\/)jspm_packages\//, 'vendored: jspm_packages/'],
  [/(?:^|\/)(?:vendor|vendors|vendored|_vendor)\//, 'vendored: vendor/'],
  [/(?:^|\/)(?:third[-_]?party|3rd[-_]?party|thirdparty)\//i, 'vendored: third_party/'],
  [/(?:^|\/)(?:externals?|extern|deps)\//, 'vendored: dependencies of other projects'],
  [/(?:^|\/)(?:Godeps|_workspace)\//, 'vendored: Godeps/'],
  [/(?:^|\/)(?:Carthage|Pods)\//, 'vendored: Carthage/ or Pods/'],
  [/(?:^|\/)(?:site-packages|\.?v?env|\.tox|\.eggs)\//, 'vendored: Python environment'],
  [/(?:^|\/)(?:\.yarn|\.pnp)\b/, 'vendored: Yarn'],
  [
    /(?:^|\/)(?:dist|out|target\/(?:debug|release|classes|generated-sources))\//,
    'generated: output of a build',
  ],
  [
    /(?:^|\/)(?:\.next|\.nuxt|\.output|\.svelte-kit|__pycache__|\.gradle)\//,
    'generated: output of a build',
  ],
  [/(?:^|\/)(?:bin|obj)\/(?:Debug|Release)\//, 'generated: output of a build'],
  [/(?:^|\/)(?:generated|gen|__generated__|autogen|generated-src)\//i, 'generated: folder name'],
  [/(?:^|\/)migrations?\//i, 'migrations'],
  [/(?:^|\/)db\/(?:migrate|schema\.rb)/, 'migrations'],
];

const FILES: [rule: RegExp, reason: string][] = [
  [/[.-]min\.[mc]?js$/, 'generated: minified'],
  [/[.-]bundle\.[mc]?js$|\.chunk\.js$/, 'generated: bundled'],
  [
    /\.pb\.(?:go|cc|h|swift)$|_pb2(?:_grpc)?\.py$|_pb\.(?:js|ts|rb)$|\.pb\.gw\.go$/,
    'generated: protocol buffers',
  ],
  [/(?:\.g|\.designer|\.generated|\.g\.i|AssemblyInfo)\.cs$/i, 'generated: by .NET tools'],
  [
    /(?:^zz_generated.*|[._-]generated|[._-]gen|_string|^bindata|^mock_.*|_mock)\.go$/,
    'generated: by Go tools',
  ],
  [/[._]generated\.(?:[jt]sx?|rs|swift|kt|java|scala|cpp|h|py|rb)$/, 'generated: file name'],
  [/\.d\.[mc]?ts$/, 'declarations only'],
  [/^(?:moc_|ui_|qrc_).*\.(?:cpp|h)$/, 'generated: by Qt tools'],
  [/(?:\.tab|\.yy|^lex\.yy|_parsetab|^parsetab)\.(?:c|cc|cpp|h|py)$/, 'generated: parser'],
  [
    /^(?:jquery|angular|bootstrap|react|vue|d3|lodash|underscore|backbone|modernizr|moment|ember)(?:[.-]?\d[\w.]*)?(?:\.slim|\.core)?\.js$/,
    'vendored: well-known library',
  ],
  [/^(?:gradlew|mvnw)(?:\.bat)?$/, 'vendored: build wrapper'],
];

/**
 * Why a path (with `/`) is left out by default: generated, vendored or a migration; null if it is
 * not. The customs are those of GitHub's linguist, narrowed to code in the 14 languages.
 */
export function isGeneratedOrVendoredPath(path: string): string | null {
  const normal = path.replaceAll('\\', '/');
  for (const [rule, reason] of FOLDERS) if (rule.test(normal)) return reason;
  const name = baseName(normal);
  for (const [rule, reason] of FILES) if (rule.test(name)) return reason;
  return null;
}
