import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const MIT_TEXT = `MIT License

Copyright (c) 2024 Somebody

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
`;

/** A Python function that does something of its own for each `seed`. */
export function pythonFunction(name: string, seed: number): string {
  return `def ${name}(values, limit=${seed}):
    """Sums what stays below a limit."""
    total = ${seed * 7}
    for position, value in enumerate(values):
        if value < limit and position % ${seed + 2} == 0:
            total += value * ${seed + 1}
        elif value > ${seed * 100}:
            break
    return total
`;
}

/** The same in Rust. */
export function rustFunction(name: string, seed: number): string {
  return `pub fn ${name}(values: &[i64], limit: i64) -> i64 {
    let mut total = ${seed * 7};
    for (position, value) in values.iter().enumerate() {
        if *value < limit && position % ${seed + 2} == 0 {
            total += value * ${seed + 1};
        } else if *value > ${seed * 100} {
            break;
        }
    }
    total
}
`;
}

/** A folder that goes away, with ways to fill it and to make it a repository. */
export class Folder {
  readonly path: string;

  constructor(name = 'project') {
    this.path = join(mkdtempSync(join(tmpdir(), 'xccd-tree-')), name);
    mkdirSync(this.path);
  }

  write(files: Record<string, string | Buffer>): this {
    for (const [path, content] of Object.entries(files)) {
      const file = join(this.path, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
    return this;
  }

  remove(path: string): void {
    rmSync(join(this.path, path), { recursive: true });
  }

  git(...args: string[]): string {
    return execFileSync(
      'git',
      [
        '-c',
        'user.name=T',
        '-c',
        'user.email=t@example.org',
        '-c',
        'commit.gpgsign=false',
        ...args,
      ],
      { cwd: this.path, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    ).trim();
  }

  /** Commits everything there is; gives the commit's SHA. */
  commit(): string {
    this.git('init', '--quiet', '--initial-branch=main');
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '--message=state');
    return this.git('rev-parse', 'HEAD');
  }

  dispose(): void {
    rmSync(dirname(this.path), { recursive: true, force: true });
  }
}
