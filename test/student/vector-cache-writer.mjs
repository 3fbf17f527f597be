// One of several processes that write to the same vector cache: node vector-cache-writer.mjs ROOT FROM
import { VectorCache } from '../../src/student/vector-cache.ts';

const [root, from] = process.argv.slice(2);
const cache = new VectorCache(root, 'a'.repeat(64), 8);
for (let i = Number(from); i < Number(from) + 1000; i += 10) {
  cache.put(
    Array.from({ length: 10 }, (_, j) => ({
      key: VectorCache.key(`text ${i + j}`),
      vector: Float32Array.from({ length: 8 }, (_, k) => Math.fround(Math.sin((i + j) * 8 + k))),
    })),
  );
}
