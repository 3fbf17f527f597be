import { join } from 'node:path';
import { UserError } from '../../src/errors.js';
import { LlamaBackend } from '../../src/student/llama.js';
import { readManifest, studentDirectory } from '../../src/student/manifest.js';
import { writeStudentFolder } from './student-folder.js';

const { directory, manifest } = await readManifest(studentDirectory());
const options = {
  weights: join(directory, manifest.weights),
  maxTokens: manifest.maxTokens,
  dimensions: manifest.dimensions,
  device: 'cpu',
} as const;

const TEXTS = [
  'max a b return if a > b a else b',
  'sum list total = 0 for x list total plus x return total',
  'is prime n for i range 2 n if n % i equals 0 return false return true',
  'print " hello world',
  'max a b return if a > b a else b',
];
const LONG = Array.from({ length: 3000 }, (_, i) => `word${i % 700} = ${i}`).join(' ');

describe('the llama backend', () => {
  let one: LlamaBackend;
  let three: LlamaBackend;
  beforeAll(async () => {
    one = await LlamaBackend.open({ ...options, contexts: 1 });
    three = await LlamaBackend.open({ ...options, contexts: 3 });
  });
  afterAll(async () => {
    await one.close();
    await three.close();
  });

  it('gives vectors of the promised length, normalised', async () => {
    for (const vector of await one.embed(TEXTS)) {
      expect(vector.length).toBe(manifest.dimensions);
      expect(vector.reduce((sum, x) => sum + x * x, 0)).toBeCloseTo(1, 5);
    }
  });

  it('gives equal texts equal bits: again, elsewhere in the batch, with one or several contexts', async () => {
    const first = await one.embed(TEXTS);
    expect(first[4]).toEqual(first[0]);
    expect(await one.embed([...TEXTS].reverse())).toEqual([...first].reverse());
    expect(await three.embed(TEXTS)).toEqual(first);
    const [left, right] = await Promise.all([three.embed(TEXTS), three.embed(TEXTS)]);
    expect(left).toEqual(first);
    expect(right).toEqual(first);
  });

  it('cuts the middle out of a long text, so that only beginning and end count', async () => {
    const tokens = one.tokenize(LONG);
    expect(tokens.length).toBe(manifest.maxTokens - 2);
    const words = LONG.split(' ');
    words[words.length >> 1] = 'another';
    const [whole, middle, end] = await one.embed([LONG, words.join(' '), `${LONG} another end`]);
    expect(middle).toEqual(whole);
    expect(end).not.toEqual(whole);
  });

  it('gives an empty text the zero vector', async () => {
    const [vector] = await one.embed(['']);
    expect(vector!.every((x) => x === 0)).toBe(true);
  });
});

describe('opening the llama backend', () => {
  it('fails with a remedy when a GPU is asked for and there is none', async () => {
    const opened = LlamaBackend.open({ ...options, device: 'gpu', contexts: 1 });
    const backend = await opened.catch((error: unknown) => error);
    if (backend instanceof LlamaBackend) {
      expect(backend.device).toBe('gpu');
      await backend.close();
    } else {
      expect(backend).toBeInstanceOf(UserError);
      expect((backend as UserError).remedy).toContain('--device cpu');
    }
  });

  it('refuses weights that are not GGUF or not of the promised length', async () => {
    const weights = join(writeStudentFolder(), 'weights.gguf');
    await expect(LlamaBackend.open({ ...options, weights })).rejects.toThrow(UserError);
    await expect(LlamaBackend.open({ ...options, dimensions: 7 })).rejects.toThrow(
      `vectors of ${manifest.dimensions} numbers`,
    );
  });
});
