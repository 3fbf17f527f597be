import { extractFunctions } from '../../src/code/extract.js';
import { openStore } from '../../src/corpus/open-store.js';
import type { FakePullRequest } from './github.js';
import { fakeStudent } from './fake-student.js';

const MONOLITH = `
public class Text {
  public static String slugify(String title, int limit) {
    StringBuilder result = new StringBuilder();
    boolean dash = false;
    for (int i = 0; i < title.length(); i++) {
      char letter = Character.toLowerCase(title.charAt(i));
      if (Character.isLetterOrDigit(letter)) {
        if (dash && result.length() > 0) {
          result.append('-');
        }
        result.append(letter);
        dash = false;
      } else {
        dash = true;
      }
      if (result.length() >= limit) {
        break;
      }
    }
    return result.toString();
  }
}
`;

/** The same method in another class, with a variable renamed. */
export const COPY = MONOLITH.replace('class Text', 'class Slugs').replaceAll('letter', 'sign');

/** Writes a corpus file that holds one public MIT repository with one Java method. */
export async function writeMonolithCorpus(file: string): Promise<void> {
  const student = fakeStudent();
  const store = await openStore(file);
  const { functions } = await extractFunctions(MONOLITH, { path: 'Text.java' });
  const encoded = await student.encode(functions);
  await store.setStudent({ ...student });
  await store.upsertRepository({
    name: 'acme/monolith',
    commit: 'd'.repeat(40),
    url: 'https://github.com/acme/monolith',
    license: 'MIT',
    visibility: 'public',
  });
  await store.putFiles('acme/monolith', [
    {
      path: 'Text.java',
      contentHash: '00',
      license: 'MIT',
      functions: functions.map((fn, i) => ({
        ...encoded[i]!,
        name: fn.name,
        startLine: fn.startLine,
        endLine: fn.endLine,
        hash: fn.canonical.hash,
        tokens: fn.canonical.lines.length,
        canonical: fn.canonical,
      })),
    },
  ]);
  await store.close();
}

/** The files of a pull request that adds `src/Slugs.java`. */
export function addedFile(content: string): FakePullRequest['files'] {
  const lines = content.split('\n').length - 1;
  const patch = `@@ -0,0 +1,${lines} @@\n${content.replace(/\n$/, '').replace(/^/gm, '+')}`;
  return new Map([['src/Slugs.java', { before: null, after: content, patch }]]);
}
