/** A logit read anew: scale * logit + bias. */
export interface Platt {
  scale: number;
  bias: number;
}

/** Strength of the pull toward scale 1 and bias 0, in examples. */
const PRIOR = 2;
const STEPS = 50;

/**
 * Fits scale and bias so that the logits give the probability of the labels (Platt scaling by
 * Newton's method), pulled toward (1, 0), so that few or perfectly separated labels cannot run
 * away. The scale stays positive: calibration never turns the order around.
 */
export function fitPlatt(logits: readonly number[], labels: readonly boolean[]): Platt {
  let scale = 1;
  let bias = 0;
  for (let step = 0; step < STEPS; step++) {
    let gradientScale = PRIOR * (scale - 1);
    let gradientBias = PRIOR * bias;
    let ss = PRIOR;
    let sb = 0;
    let bb = PRIOR;
    for (let i = 0; i < logits.length; i++) {
      const x = logits[i]!;
      const p = 1 / (1 + Math.exp(-(scale * x + bias)));
      const error = p - (labels[i] ? 1 : 0);
      const weight = Math.max(1e-9, p * (1 - p));
      gradientScale += error * x;
      gradientBias += error;
      ss += weight * x * x;
      sb += weight * x;
      bb += weight;
    }
    const determinant = ss * bb - sb * sb;
    const moveScale = (bb * gradientScale - sb * gradientBias) / determinant;
    const moveBias = (ss * gradientBias - sb * gradientScale) / determinant;
    // Far from the optimum Newton's step can overshoot.
    const damping = Math.min(1, 2 / Math.hypot(moveScale, moveBias));
    scale = Math.max(0.01, scale - damping * moveScale);
    bias -= damping * moveBias;
    if (Math.hypot(moveScale, moveBias) < 1e-9) break;
  }
  return { scale, bias };
}
