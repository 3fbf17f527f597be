/** File name extensions of the languages, as the benches write them. */
export const EXTENSIONS = {
  ...{ python: 'py', java: 'java', rust: 'rs', ruby: 'rb', javascript: 'js', typescript: 'ts' },
  ...{ go: 'go', c: 'c', cpp: 'cpp', csharp: 'cs', kotlin: 'kt', php: 'php', swift: 'swift' },
  scala: 'scala',
};

/** The text of a file that holds one function: methods stand in a class where the language wants one. */
export function asFile({ lang, code }) {
  if (lang === 'java' || lang === 'csharp') return `class Code {\n${code}\n}\n`;
  if (lang === 'php' && !code.includes('<?php')) return `<?php\n${code}\n`;
  return `${code}\n`;
}
