// What llama.cpp makes of the prompts of a run, for parity.py.
//
//     node parity.mjs MODEL.gguf POOLING < parity.jsonl
//
// A line out per line in: {"tokens": [[ids] per text], "logProbabilities": [clone, different],
// "pair": [state of the last token], "side": [pooled state]}.
import { createInterface } from 'node:readline';
import { getLlama, LlamaLogLevel, readGgufFileInfo } from 'node-llama-cpp';

const [, , path, pooling] = process.argv;
const POOLING = { mean: 1, last: 3 };
const lines = [];
for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim()) lines.push(JSON.parse(line));
}
const longest = Math.max(...lines.map((line) => Math.max(line.pair.length, line.side.length)));
const contextSize = Math.ceil((longest + 1) / 256) * 256;
const { metadata } = await readGgufFileInfo(path);
const architecture = metadata.general.architecture;
const llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.error });

/** States of inputs, pooled in the given way. */
async function pooled(kind, inputs) {
  const model = await llama.loadModel({
    modelPath: path,
    metadataOverrides: { [architecture]: { pooling_type: POOLING[kind] } },
  });
  const context = await model.createEmbeddingContext({
    contextSize,
    batchSize: contextSize,
    threads: 1,
  });
  const vectors = [];
  // getEmbeddingFor changes the array that it is given.
  for (const input of inputs) vectors.push((await context.getEmbeddingFor([...input])).vector);
  await model.dispose();
  return vectors;
}

async function generation() {
  const model = await llama.loadModel({ modelPath: path });
  const context = await model.createContext({ contextSize, batchSize: contextSize, threads: 1 });
  const sequence = context.getSequence();
  const answers = [];
  for (const { pair, labels, texts } of lines) {
    await sequence.clearHistory();
    const last = [pair.at(-1), { generateNext: { probabilities: true } }];
    const evaluated = await sequence.controlledEvaluate([...pair.slice(0, -1), last]);
    const probabilities = evaluated.at(-1).next.probabilities;
    answers.push({
      tokens: texts.map(({ text, marked }) => model.tokenize(text, marked)),
      logProbabilities: labels.map((label) => Math.log(probabilities.get(label))),
    });
  }
  await model.dispose();
  return answers;
}

const answers = await generation();
const pairs = await pooled(
  'last',
  lines.map((line) => line.pair),
);
const sides = await pooled(
  pooling,
  lines.map((line) => line.side),
);
answers.forEach((answer, i) =>
  console.log(JSON.stringify({ ...answer, pair: pairs[i], side: sides[i] })),
);
await llama.dispose();
