import { z } from 'zod';
import { UserError } from '../errors.js';
import { readJsonFile } from './json-file.js';
import { FEATURE_NAMES } from './pair-features.js';

const standardisation = {
  /** Names out of `FEATURE_NAMES`, in the order of the weights. */
  features: z.array(z.enum(FEATURE_NAMES)).min(1),
  /** A feature enters as (value - mean) / scale. */
  mean: z.array(z.number()),
  scale: z.array(z.number().positive()),
};

const treeSchema = z.strictObject({
  /** Per node: index into `features`, or -1 for a leaf. */
  feature: z.array(z.number().int().min(-1)).min(1),
  /** value <= threshold goes left. */
  threshold: z.array(z.number()),
  left: z.array(z.number().int()),
  right: z.array(z.number().int()),
  /** Logit that a leaf adds. */
  value: z.array(z.number()),
});
type Tree = z.infer<typeof treeSchema>;

/** A layer over the pair: features in, logit out. */
export const pairModelSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('logistic'),
    ...standardisation,
    weights: z.array(z.number()),
    bias: z.number(),
  }),
  z.strictObject({
    kind: z.literal('mlp'),
    ...standardisation,
    layers: z
      .array(
        z.strictObject({
          /** One row per output. */
          weights: z.array(z.array(z.number())).min(1),
          bias: z.array(z.number()),
          activation: z.enum(['relu', 'tanh', 'identity']),
        }),
      )
      .min(1),
  }),
  z.strictObject({
    kind: z.literal('trees'),
    features: standardisation.features,
    bias: z.number(),
    trees: z.array(treeSchema),
  }),
]);
export type PairModel = z.infer<typeof pairModelSchema>;

/** Logit of a clone for a feature vector in the order of `FEATURE_NAMES`. */
export type PairScorer = (features: Float32Array) => number;

/**
 * Reads a layer over the pair.
 *
 * @throws UserError when the file is not one, or its parts do not fit together.
 */
export function readPairModel(path: string): PairModel {
  const refuse = (what: string) =>
    new UserError(
      `${path} is not a binary head: ${what}.`,
      'Restore it from the package, or fit it again (training/README.md).',
    );
  const parsed = readJsonFile(path, pairModelSchema, refuse);
  const mismatch = mismatchIn(parsed);
  if (mismatch) throw refuse(mismatch);
  return parsed;
}

function mismatchIn(model: PairModel): string | undefined {
  const inputs = model.features.length;
  if (model.kind === 'trees') {
    return model.trees.some((tree) => !isSound(tree, inputs)) ? 'a tree is malformed' : undefined;
  }
  if (model.mean.length !== inputs || model.scale.length !== inputs) {
    return '"mean" and "scale" need one number per feature';
  }
  if (model.kind === 'logistic') {
    return model.weights.length === inputs ? undefined : '"weights" needs one number per feature';
  }
  let width = inputs;
  for (const layer of model.layers) {
    const fits =
      layer.weights.every((row) => row.length === width) &&
      layer.bias.length === layer.weights.length;
    if (!fits) return 'the layers do not fit together';
    width = layer.weights.length;
  }
  return width === 1 ? undefined : 'the last layer needs one output';
}

/** Children come after their parent, so that following them ends. */
function isSound(tree: Tree, inputs: number): boolean {
  const n = tree.feature.length;
  const columns = [tree.threshold, tree.left, tree.right, tree.value];
  if (columns.some((column) => column.length !== n)) return false;
  const child = (to: number, from: number) => to > from && to < n;
  return tree.feature.every(
    (feature, i) =>
      feature === -1 || (feature < inputs && child(tree.left[i]!, i) && child(tree.right[i]!, i)),
  );
}

/** Compiles a layer over the pair to a function. */
export function pairScorer(model: PairModel): PairScorer {
  const columns = model.features.map((name) => FEATURE_NAMES.indexOf(name));
  if (model.kind === 'trees') {
    return (features) => {
      let sum = model.bias;
      for (const tree of model.trees) sum += valueOf(tree, columns, features);
      return sum;
    };
  }
  const standardised = (features: Float32Array) =>
    columns.map((column, i) => (features[column]! - model.mean[i]!) / model.scale[i]!);
  if (model.kind === 'logistic') {
    return (features) => dot(model.weights, standardised(features)) + model.bias;
  }
  return (features) => {
    let values = standardised(features);
    for (const layer of model.layers) {
      values = layer.weights.map((row, i) =>
        activate(layer.activation, dot(row, values) + layer.bias[i]!),
      );
    }
    return values[0]!;
  };
}

function valueOf(tree: Tree, columns: readonly number[], features: Float32Array): number {
  let node = 0;
  for (;;) {
    const feature = tree.feature[node]!;
    if (feature < 0) return tree.value[node]!;
    const goesLeft = features[columns[feature]!]! <= tree.threshold[node]!;
    node = goesLeft ? tree.left[node]! : tree.right[node]!;
  }
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function activate(kind: 'relu' | 'tanh' | 'identity', x: number): number {
  if (kind === 'relu') return Math.max(0, x);
  return kind === 'tanh' ? Math.tanh(x) : x;
}
