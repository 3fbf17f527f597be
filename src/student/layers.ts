import { z } from 'zod';
import { UserError } from '../errors.js';
import { readJsonFile } from './json-file.js';

/** Layers over a hidden state: a binary head (one output) or a projection (as many as `dimensions`). */
export const layersSchema = z.strictObject({
  kind: z.literal('layers'),
  /** Length of the hidden state. */
  inputs: z.number().int().positive(),
  /** A component enters as (value - mean) / scale. */
  mean: z.array(z.number()),
  scale: z.array(z.number().positive()),
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
});
export type Layers = z.infer<typeof layersSchema>;

/**
 * Reads layers and checks that they lead from `inputs` numbers to `outputs`.
 *
 * @throws UserError when the file is not one, or its parts do not fit together.
 */
export function readLayers(path: string, inputs: number, outputs: number): Layers {
  const refuse = (what: string) =>
    new UserError(
      `${path} does not hold the layers of a head: ${what}.`,
      'Restore it from the training output, or export the student again.',
    );
  const parsed = readJsonFile(path, layersSchema, refuse);
  const { mean, scale, layers } = parsed;
  if (parsed.inputs !== inputs || mean.length !== inputs || scale.length !== inputs) {
    throw refuse(`a hidden state has ${inputs} numbers`);
  }
  let width = inputs;
  for (const { weights, bias } of layers) {
    if (weights.some((row) => row.length !== width) || bias.length !== weights.length) {
      throw refuse('the layers do not fit together');
    }
    width = weights.length;
  }
  if (width !== outputs)
    throw refuse(`the last layer gives ${width} numbers instead of ${outputs}`);
  return parsed;
}

/** What the layers make of a hidden state. */
export function throughLayers(layers: Layers, state: ArrayLike<number>): number[] {
  let values = layers.mean.map((mean, i) => (state[i]! - mean) / layers.scale[i]!);
  for (const { weights, bias, activation } of layers.layers) {
    values = weights.map((row, i) => {
      let sum = bias[i]!;
      for (let j = 0; j < row.length; j++) sum += row[j]! * values[j]!;
      if (activation === 'relu') return Math.max(0, sum);
      return activation === 'tanh' ? Math.tanh(sum) : sum;
    });
  }
  return values;
}
