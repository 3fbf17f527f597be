import type { GrammarId } from './parser.js';
import type { Language } from './types.js';

/** How comments are written in a language. */
export interface CommentSyntax {
  /** Markers that comment out the rest of a line. */
  line: string[];
  /** Opening and closing markers of block comments. */
  block: [open: string, close: string][];
}

/** All that the other files need to know about a language; one entry per language. */
export interface LanguageEntry {
  id: Language;
  /** The name people write. */
  label: string;
  /** With the dot, lower case. */
  extensions: string[];
  /** File names that mean this language without an extension. */
  fileNames: string[];
  /** Interpreter names on a `#!` line, without version. */
  shebangs: string[];
  /** The grammar, also the key of its query in `function-queries.ts`. */
  grammar: GrammarId;
  /** Grammars of files with these extensions, where they differ. */
  grammarByExtension?: Record<string, GrammarId>;
  comments: CommentSyntax;
  /** Key of its words in the vocabulary of the canonical form. */
  vocabulary: Language;
  /** Whether statements may stand at the top level of a file (`kind: 'script'`). */
  scripts: boolean;
}

const SLASHES: CommentSyntax = { line: ['//'], block: [['/*', '*/']] };

function entry(
  id: Language,
  label: string,
  extensions: string,
  rest: Partial<LanguageEntry> = {},
): LanguageEntry {
  return {
    id,
    label,
    extensions: extensions.split(' '),
    fileNames: [],
    shebangs: [],
    grammar: id,
    comments: SLASHES,
    vocabulary: id,
    scripts: false,
    ...rest,
  };
}

/** The registry of languages, by id. */
export const LANGUAGE_REGISTRY: Readonly<Record<Language, LanguageEntry>> = {
  python: entry('python', 'Python', '.py .pyw', {
    fileNames: ['SConstruct', 'SConscript', 'wscript'],
    shebangs: ['python', 'pypy'],
    comments: { line: ['#'], block: [] },
    scripts: true,
  }),
  java: entry('java', 'Java', '.java'),
  rust: entry('rust', 'Rust', '.rs', { shebangs: ['rust-script'] }),
  ruby: entry('ruby', 'Ruby', '.rb .rake .gemspec .ru .rbw .podspec .thor .jbuilder', {
    fileNames: [
      'Rakefile',
      'Gemfile',
      'Guardfile',
      'Vagrantfile',
      'Capfile',
      'Fastfile',
      'Podfile',
      'Brewfile',
      'Thorfile',
      'Dangerfile',
      'Appraisals',
    ],
    shebangs: ['ruby', 'jruby'],
    comments: { line: ['#'], block: [['=begin', '=end']] },
    scripts: true,
  }),
  javascript: entry('javascript', 'JavaScript', '.js .mjs .cjs .jsx .es6', {
    fileNames: ['Jakefile'],
    shebangs: ['node', 'nodejs'],
    scripts: true,
  }),
  typescript: entry('typescript', 'TypeScript', '.ts .mts .cts .tsx', {
    shebangs: ['deno', 'bun', 'ts-node', 'tsx'],
    grammarByExtension: { '.tsx': 'tsx' },
    scripts: true,
  }),
  go: entry('go', 'Go', '.go'),
  c: entry('c', 'C', '.c .h'),
  cpp: entry('cpp', 'C++', '.cpp .cc .cxx .c++ .hpp .hh .hxx .h++ .ipp .inl .tpp .txx .ixx .cppm'),
  csharp: entry('csharp', 'C#', '.cs .csx'),
  kotlin: entry('kotlin', 'Kotlin', '.kt .kts', { shebangs: ['kotlin'], scripts: true }),
  php: entry('php', 'PHP', '.php .phtml .php3 .php4 .php5 .phps', {
    shebangs: ['php'],
    comments: { line: ['//', '#'], block: [['/*', '*/']] },
    scripts: true,
  }),
  swift: entry('swift', 'Swift', '.swift', { shebangs: ['swift'], scripts: true }),
  scala: entry('scala', 'Scala', '.scala .sc', { shebangs: ['scala'] }),
};

const byExtension = new Map<string, Language>();
const byFileName = new Map<string, Language>();
const byShebang = new Map<string, Language>();
for (const { id, extensions, fileNames, shebangs } of Object.values(LANGUAGE_REGISTRY)) {
  for (const extension of extensions) byExtension.set(extension, id);
  for (const name of fileNames) byFileName.set(name, id);
  for (const name of shebangs) byShebang.set(name, id);
}

/** The part after the last `/` or `\`. */
export function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** The extension with its dot, lower case; '' for dot files and names without one. */
export function extensionOf(path: string): string {
  const name = baseName(path);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot).toLowerCase() : '';
}

function interpreterOf(firstLine: string): string | null {
  const match = /^#!\s*(\S+)(.*)$/.exec(firstLine);
  if (!match) return null;
  let interpreter = baseName(match[1]!);
  if (interpreter === 'env') {
    const words = match[2]!
      .trim()
      .split(/\s+/)
      .filter((word) => !word.startsWith('-') && !word.includes('='));
    interpreter = baseName(words[0] ?? '');
  }
  return interpreter.replace(/[\d.]+$/, '');
}

/**
 * The language of a file by its extension, its name or the `#!` line, or null where it is none of
 * the 14. `.h` counts as C here; `languageOfHeader` decides by content.
 *
 * @param firstLine the file's first line, where it is at hand.
 */
export function detectLanguage(path: string, firstLine?: string): Language | null {
  const extension = extensionOf(path);
  const found = byFileName.get(baseName(path)) ?? byExtension.get(extension);
  if (found) {
    // Qt Linguist translations are XML with the extension of TypeScript.
    if (extension === '.ts' && firstLine && /^\uFEFF?<(\?xml|!DOCTYPE)/.test(firstLine))
      return null;
    return found;
  }
  if (extension !== '' && !firstLine?.startsWith('#!')) return null;
  const interpreter = firstLine ? interpreterOf(firstLine) : null;
  return interpreter === null ? null : (byShebang.get(interpreter) ?? null);
}

const CPP_ONLY =
  /^\s*(?:class\s+\w[\w\s:<>,]*[{;]|namespace(?:\s+[\w:]+)?\s*\{|template\s*<|(?:public|private|protected)\s*:|using\s+(?:namespace\s+)?[\w:]+\s*[;=]|#\s*include\s*<(?:string|vector|map|memory|iostream|algorithm|utility|functional|cstdint|cstddef|type_traits|set|list|array)>)|\bstd::\w|\b(?:constexpr|noexcept|nullptr|static_cast)\b|\boperator\s*(?:[-+*/=<>!]|\(\))/m;

/** Whether the text of a `.h` file is C or C++. */
export function languageOfHeader(text: string): 'c' | 'cpp' {
  return CPP_ONLY.test(text.slice(0, 200_000)) ? 'cpp' : 'c';
}

/** The grammar that reads a file of `language`; TSX has one of its own. */
export function grammarOf(language: Language, path = ''): GrammarId {
  const { grammar, grammarByExtension } = LANGUAGE_REGISTRY[language];
  return grammarByExtension?.[extensionOf(path)] ?? grammar;
}
