import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractFunctions } from '../../src/code/extract.js';
import { corpusStudentOf } from '../../src/corpus/corpus-student.js';
import { openStore } from '../../src/corpus/open-store.js';
import type { CorpusStore, FileRecord } from '../../src/corpus/types.js';
import type { Student } from '../../src/student/types.js';

export interface CorpusRepository {
  name: string;
  license?: string;
  commit?: string | null;
  url?: string | null;
  visibility?: 'public' | 'private';
  /** Path -> source text. */
  files: Record<string, string>;
}

/** A corpus in a temporary SQLite file that holds the functions of these files. */
export async function corpusOf(
  student: Student,
  repositories: readonly CorpusRepository[],
  location = join(mkdtempSync(join(tmpdir(), 'xccd-scan-')), 'corpus.db'),
): Promise<CorpusStore> {
  const store = await openStore(location);
  await store.setStudent(corpusStudentOf(student));
  for (const repository of repositories) {
    const { name, license = 'MIT', commit = null, url = null, visibility = 'public' } = repository;
    await store.upsertRepository({ name, license, commit, url, visibility });
    const files: FileRecord[] = [];
    for (const [path, text] of Object.entries(repository.files)) {
      const { functions } = await extractFunctions(text, { path });
      const encoded = await student.encode(functions);
      files.push({
        path,
        contentHash: createHash('sha256').update(text).digest('hex'),
        license,
        functions: functions.map((fn, i) => ({
          ...encoded[i]!,
          name: fn.name,
          startLine: fn.startLine,
          endLine: fn.endLine,
          hash: fn.canonical.hash,
          tokens: fn.canonical.lines.length,
          canonical: { text: fn.canonical.text, lines: fn.canonical.lines },
        })),
      });
    }
    await store.putFiles(name, files);
  }
  return store;
}
