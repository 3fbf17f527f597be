// Fetches the tree-sitter grammars as WebAssembly from the npm registry, compresses them with
// Brotli into grammars/, and records version, licence and hash. The grammar packages also carry
// C sources and native builds (about 300 MB) that this project never uses, so it does not depend
// on them. Run: node scripts/vendor-grammars.mjs
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

/** grammar id -> [npm package, version, path of the .wasm inside it] */
const GRAMMARS = {
  python: ['tree-sitter-python', '0.25.0', 'tree-sitter-python.wasm'],
  java: ['tree-sitter-java', '0.23.5', 'tree-sitter-java.wasm'],
  rust: ['tree-sitter-rust', '0.24.0', 'tree-sitter-rust.wasm'],
  ruby: ['tree-sitter-ruby', '0.23.1', 'tree-sitter-ruby.wasm'],
  javascript: ['tree-sitter-javascript', '0.25.0', 'tree-sitter-javascript.wasm'],
  typescript: ['tree-sitter-typescript', '0.23.2', 'tree-sitter-typescript.wasm'],
  tsx: ['tree-sitter-typescript', '0.23.2', 'tree-sitter-tsx.wasm'],
  go: ['tree-sitter-go', '0.25.0', 'tree-sitter-go.wasm'],
  c: ['tree-sitter-c', '0.24.1', 'tree-sitter-c.wasm'],
  cpp: ['tree-sitter-cpp', '0.23.4', 'tree-sitter-cpp.wasm'],
  csharp: ['tree-sitter-c-sharp', '0.23.5', 'tree-sitter-c_sharp.wasm'],
  kotlin: ['@tree-sitter-grammars/tree-sitter-kotlin', '1.1.0', 'tree-sitter-kotlin.wasm'],
  php: ['tree-sitter-php', '0.24.2', 'tree-sitter-php.wasm'],
  scala: ['tree-sitter-scala', '0.24.0', 'tree-sitter-scala.wasm'],
  swift: ['tree-sitter-wasms', '0.1.13', 'out/tree-sitter-swift.wasm'],
};

const target = new URL('../grammars/', import.meta.url).pathname;
const work = mkdtempSync(join(tmpdir(), 'xccd-grammars-'));
const manifest = {};
try {
  for (const [id, [name, version, file]] of Object.entries(GRAMMARS)) {
    const dir = join(work, id);
    execFileSync('mkdir', ['-p', dir]);
    const tarball = execFileSync('npm', ['pack', `${name}@${version}`, '--silent'], { cwd: dir })
      .toString()
      .trim();
    execFileSync('tar', ['xzf', tarball], { cwd: dir });
    const wasm = readFileSync(join(dir, 'package', file));
    const packageJson = JSON.parse(readFileSync(join(dir, 'package/package.json'), 'utf8'));
    const compressed = brotliCompressSync(wasm, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 },
    });
    writeFileSync(join(target, `${id}.wasm.br`), compressed);
    const licence = ['LICENSE', 'LICENSE.md'].find((f) => existsSync(join(dir, 'package', f)));
    if (licence) {
      writeFileSync(
        join(target, `${id}.LICENSE`),
        readFileSync(join(dir, 'package', licence), 'utf8'),
      );
    }
    manifest[id] = {
      package: name,
      version,
      license: packageJson.license ?? 'MIT',
      sha256: createHash('sha256').update(wasm).digest('hex'),
      bytes: wasm.length,
      compressedBytes: compressed.length,
    };
    console.log(`${id}: ${wasm.length} -> ${compressed.length}`);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
writeFileSync(join(target, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
