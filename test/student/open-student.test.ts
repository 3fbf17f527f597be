import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalize } from '../../src/code/canonical.js';
import { UserError } from '../../src/errors.js';
import { openStudent } from '../../src/student/open-student.js';
import { temporaryFolder, writeStudentFolder } from './student-folder.js';

const ADD_PYTHON =
  'def total(values):\n    s = 0\n    for v in values:\n        s += v\n    return s\n';
const ADD_GO =
  'func total(values []int) int {\n\ts := 0\n\tfor _, v := range values {\n\t\ts += v\n\t}\n\treturn s\n}\n';
const GREET_RUBY = 'def greet(name)\n  puts "hello #{name}"\nend\n';

describe('the shipped student', () => {
  it('tells a port from an unrelated function, with the same bits from the cache', async () => {
    const cacheDir = temporaryFolder();
    const items = [
      { language: 'python' as const, canonical: await canonicalize(ADD_PYTHON, 'python') },
      { language: 'go' as const, canonical: await canonicalize(ADD_GO, 'go') },
      { language: 'ruby' as const, canonical: await canonicalize(GREET_RUBY, 'ruby') },
    ];
    const student = await openStudent({ cacheDir, device: 'cpu', contexts: 1 });
    const [python, go, ruby] = await student.encode(items);
    for (const head of ['contrastive', 'binary'] as const) {
      const port = student.judge(python!, go!, { head });
      const other = student.judge(python!, ruby!, { head });
      expect(port.verdict).toBe('clone');
      expect(other.verdict).toBe('different');
      expect(student.judge(go!, python!, { head })).toEqual(port);
    }
    await student.close();

    const warm = await openStudent({ cacheDir, device: 'cpu' });
    expect(await warm.encode(items)).toEqual([python, go, ruby]);
    await warm.close();
    const uncached = await openStudent({ cacheDir: null, device: 'cpu', contexts: 2 });
    expect(await uncached.encode(items)).toEqual([python, go, ruby]);
    await uncached.close();
  });
});

describe('opening a student', () => {
  it('does not load the weights before a vector is missing from the cache', async () => {
    // These weights cannot be loaded: only the first text shows it.
    const student = await openStudent({ id: writeStudentFolder(), cacheDir: temporaryFolder() });
    expect(student.threshold('binary', 'scan')).toBe(0.8);
    await expect(student.embed(['a = 1'])).rejects.toThrow(UserError);
    await student.close();
  });

  it('refuses a student without its idf table', async () => {
    const directory = writeStudentFolder((manifest, files) => {
      files.set('idf.bin', 'not a table');
      manifest.idf = 'idf.bin';
    });
    await expect(openStudent({ id: directory, cacheDir: null })).rejects.toThrow('idf.bin');
    renameSync(join(directory, 'idf.bin'), join(directory, 'elsewhere'));
    await expect(openStudent({ id: directory, cacheDir: null })).rejects.toThrow('lacks its file');
  });
});
