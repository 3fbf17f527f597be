import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../src/errors.js';
import { calibratedLogit, Heads, probabilityOf, sigmoid } from '../../src/student/heads.js';
import { readManifest } from '../../src/student/manifest.js';
import { FEATURE_NAMES } from '../../src/student/pair-features.js';
import { pairScorer, readPairModel, type PairModel } from '../../src/student/pair-model.js';
import { profileOf } from '../../src/student/profile.js';
import type { EncodedFunction } from '../../src/student/types.js';
import { LOGISTIC, temporaryFolder, writeStudentFolder } from './student-folder.js';

const side = (text: string, ...vector: number[]): EncodedFunction => ({
  language: 'go',
  vector: Float32Array.from(vector),
  profile: profileOf({ version: 1, text, lines: [], hash: '' }),
});
const heads = async (folder = writeStudentFolder()) => new Heads(await readManifest(folder));

describe('calibration', () => {
  const logistic = { ...LOGISTIC, searched: 1 };

  it('turns a score into a probability, by logistic or by points', () => {
    expect(sigmoid(calibratedLogit(logistic, 0.5))).toBeCloseTo(0.5, 12);
    const points: [number, number][] = [
      [0, 0.1],
      [0.5, 0.2],
      [1, 0.8],
    ];
    const isotonic = { kind: 'isotonic', points, searched: 1 } as const;
    const at = (score: number) => sigmoid(calibratedLogit({ ...isotonic, points }, score));
    expect(at(-1)).toBeCloseTo(0.1, 9);
    expect(at(0.25)).toBeCloseTo(0.15, 9);
    expect(at(0.75)).toBeCloseTo(0.5, 9);
    expect(at(2)).toBeCloseTo(0.8, 9);
  });

  it('lowers the probability of an equal score when more was searched', () => {
    const few = probabilityOf(logistic, 0.5, 0.8, 100);
    const many = probabilityOf(logistic, 0.5, 0.8, 100_000);
    expect(many).toBeLessThan(few);
    expect(few).toBeLessThan(probabilityOf(logistic, 0.5, 0.8, 1));
    // The odds fall by the square root of the growth for a coefficient of one half.
    const odds = (p: number) => p / (1 - p);
    expect(odds(few) / odds(many)).toBeCloseTo(Math.sqrt(1000), 6);
  });
});

describe('heads', () => {
  it('judge by cosine, by the layer over the pair, and by the threshold of the use', async () => {
    const student = await heads();
    const a = side('total = sum values', 1, 0, 0, 0);
    const b = side('total = sum values', 0.6, 0.8, 0, 0);
    const contrastive = student.judge(a, b, { head: 'contrastive' });
    expect(contrastive.score).toBeCloseTo(0.6, 6);
    expect(contrastive.probability).toBeCloseTo(sigmoid(1), 6);
    expect(contrastive.verdict).toBe('clone');
    expect(student.judge(a, b, { head: 'contrastive', use: 'scan' }).verdict).toBe('different');
    const binary = student.judge(a, b);
    expect(binary.head).toBe('binary');
    // cosine 0.6 and idf_jaccard 1, standardised and weighed as in head.json.
    expect(binary.score).toBeCloseTo((0.6 - 0.5) / 0.25 + (2 * (1 - 0.2)) / 0.1 - 0.5, 5);
    expect(student.judge(a, b, { threshold: 1 }).verdict).toBe('different');
  });

  it('refuse a head that the student lacks and say which it has', async () => {
    const student = await heads();
    const a = side('x', 1, 0, 0, 0);
    expect(() => student.judge(a, a, { head: 'generation' })).toThrow(UserError);
    expect(() => student.threshold('generation', 'scan')).toThrow('contrastive and binary');
    const without = await heads(
      writeStudentFolder((manifest) => {
        delete manifest.heads.binary;
        manifest.heads.default = { classify: 'contrastive', scan: 'contrastive' };
      }),
    );
    expect(() => without.judge(a, a, { head: 'binary' })).toThrow('contrastive only');
  });
});

describe('a layer over the pair', () => {
  const features = Float32Array.from(FEATURE_NAMES, (_, i) => i / 10);
  const read = (model: unknown) => {
    const path = join(temporaryFolder(), 'head.json');
    writeFileSync(path, JSON.stringify(model));
    return readPairModel(path);
  };
  const inputs = { features: ['cosine_gap', 'idf_jaccard'], mean: [0, 0.1], scale: [1, 0.5] };

  it('is logistic, a small network, or trees', () => {
    const mlp = read({
      kind: 'mlp',
      ...inputs,
      layers: [
        {
          weights: [
            [1, 0],
            [0, -1],
          ],
          bias: [0, 0.1],
          activation: 'relu',
        },
        { weights: [[2, 3]], bias: [-1], activation: 'identity' },
      ],
    });
    // Inputs 0.1 and (0.3 - 0.1) / 0.5 = 0.4; hidden 0.1 and 0.
    expect(pairScorer(mlp)(features)).toBeCloseTo(-0.8, 6);
    const trees = read({
      kind: 'trees',
      features: ['idf_jaccard'],
      bias: 0.5,
      trees: [
        {
          feature: [0, -1, -1],
          threshold: [0.25, 0, 0],
          left: [1, 0, 0],
          right: [2, 0, 0],
          value: [0, -1, 2],
        },
      ],
    });
    expect(pairScorer(trees)(features)).toBeCloseTo(2.5, 6);
    features[FEATURE_NAMES.indexOf('idf_jaccard')] = 0.2;
    expect(pairScorer(trees)(features)).toBeCloseTo(-0.5, 6);
  });

  it.each<[string, Partial<Record<string, unknown>>, string]>([
    ['an unknown feature', { features: ['cosine', 'mood'] }, 'features.1'],
    ['missing weights', { weights: [1] }, 'one number per feature'],
    ['a scale of zero', { scale: [1, 0] }, 'scale.1'],
  ])('is refused with %s', (_, change, message) => {
    const sound = { kind: 'logistic', ...inputs, weights: [1, 1], bias: 0 } satisfies Record<
      string,
      unknown
    >;
    expect(() => read(sound) satisfies PairModel).not.toThrow();
    expect(() => read({ ...sound, ...change })).toThrow(message);
  });

  it('is refused when following a tree would not end', () => {
    const loop = { feature: [0, 0], threshold: [0, 0], left: [1, 0], right: [1, 0], value: [0, 0] };
    expect(() => read({ kind: 'trees', features: ['cosine'], bias: 0, trees: [loop] })).toThrow(
      'malformed',
    );
  });
});
