// Vectors of plain texts through node-llama-cpp: `node embed.mjs MODEL.gguf < texts.jsonl`.
// Each input line is a JSON string; each output line {"tokens": [...], "vector": [...]}.
import { createInterface } from 'node:readline';
import { getLlama } from 'node-llama-cpp';

const llama = await getLlama({ gpu: false, build: 'never' });
const model = await llama.loadModel({ modelPath: process.argv[2] });
const context = await model.createEmbeddingContext({ contextSize: 512, batchSize: 512, threads: 1 });
for await (const line of createInterface({ input: process.stdin })) {
  const tokens = model.tokenize(JSON.parse(line));
  const { vector } = await context.getEmbeddingFor([...tokens]);
  process.stdout.write(`${JSON.stringify({ tokens: [...tokens], vector: [...vector] })}\n`);
}
await llama.dispose();
