import {
  bootstrap,
  countsOf,
  f1Of,
  ratesOf,
  wilson,
  type Interval,
  type Scored,
} from '../student/metrics.js';
import type { Measured, Method } from './measure.js';
import type { Split } from './pair-line.js';

export type Role = 'base' | 'distilled';

/** A figure with its 95% interval. */
export interface Figure {
  value: number;
  interval: Interval;
}

/** One cell of the report. */
export interface Row {
  role: Role;
  method: Method;
  languages: string;
  split: Split;
  pairs: number;
  /** No answer counts as wrong. */
  accuracy: Figure;
  /** Over the answered pairs. */
  f1: Figure;
  /** Over all pairs: a clone without an answer counts as missed. */
  f1All: Figure;
  responseRate: Figure;
  secondsPerPair: Figure;
  /** Share of hard pairs of different code that were called clones; null without any. */
  hardFalseAlarms: Figure | null;
}

/** Distilled against base on the same pairs. */
export interface Gain {
  method: Method;
  languages: string;
  split: Split;
  pairs: number;
  accuracy: Figure;
  f1All: Figure;
  responseRate: Figure;
}

function f1All(sample: readonly Measured[]): number {
  const scored = sample.map((one) => ({ label: one.label, score: 0, predicted: one.predicted }));
  const { truePositive, falsePositive, falseNegative } = countsOf(scored);
  const missed = sample.filter((one) => one.label && one.predicted === null).length;
  const weight = 2 * truePositive + falsePositive + falseNegative + missed;
  return weight === 0 ? NaN : (2 * truePositive) / weight;
}

const scoredOf = (one: Measured): Scored => ({
  label: one.label,
  score: one.probability ?? 0,
  predicted: one.predicted,
});
const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
const accuracyOf = (sample: readonly Measured[]) =>
  sample.filter((one) => one.predicted === one.label).length / sample.length;
const responseOf = (sample: readonly Measured[]) =>
  sample.filter((one) => one.predicted !== null).length / sample.length;

export function rowOf(
  role: Role,
  method: Method,
  languages: string,
  split: Split,
  measured: readonly Measured[],
): Row {
  const n = measured.length;
  const { accuracy, f1, responseRate } = ratesOf(countsOf(measured.map(scoredOf)));
  const right = measured.filter((one) => one.predicted === one.label).length;
  const answered = measured.filter((one) => one.predicted !== null).length;
  const hard = measured.filter((one) => one.negative === 'hard');
  const alarms = hard.filter((one) => one.predicted === true).length;
  const seconds = (sample: readonly Measured[]) => mean(sample.map((one) => one.seconds));
  return {
    role,
    method,
    languages,
    split,
    pairs: n,
    accuracy: { value: accuracy, interval: wilson(right, n) },
    f1: { value: f1, interval: bootstrap(measured, (sample) => f1Of(sample.map(scoredOf))) },
    f1All: { value: f1All(measured), interval: bootstrap(measured, f1All) },
    responseRate: { value: responseRate, interval: wilson(answered, n) },
    secondsPerPair: { value: seconds(measured), interval: bootstrap(measured, seconds) },
    hardFalseAlarms:
      hard.length === 0
        ? null
        : { value: alarms / hard.length, interval: wilson(alarms, hard.length) },
  };
}

/** What distillation changed, pair by pair; the interval is of the paired difference. */
export function gainOf(
  method: Method,
  languages: string,
  split: Split,
  base: readonly Measured[],
  distilled: readonly Measured[],
): Gain | null {
  const before = new Map(base.map((one) => [one.id, one]));
  const both = distilled.flatMap((after) => {
    const one = before.get(after.id);
    return one ? [{ before: one, after }] : [];
  });
  if (both.length === 0) return null;
  const difference = (statistic: (sample: readonly Measured[]) => number): Figure => {
    const of = (sample: readonly (typeof both)[number][]) =>
      statistic(sample.map((one) => one.after)) - statistic(sample.map((one) => one.before));
    return { value: of(both), interval: bootstrap(both, of) };
  };
  return {
    method,
    languages,
    split,
    pairs: both.length,
    accuracy: difference(accuracyOf),
    f1All: difference(f1All),
    responseRate: difference(responseOf),
  };
}

/** All rows and gains of what was measured; `all` language pairs together come last. */
export function figuresOf(measured: ReadonlyMap<Role, ReadonlyMap<Method, readonly Measured[]>>): {
  rows: Row[];
  gains: Gain[];
} {
  const rows: Row[] = [];
  const gains: Gain[] = [];
  const everything = [...measured.values()].flatMap((methods) => [...methods.values()].flat());
  const languages = [...new Set(everything.map((one) => one.languages))];
  const splits = (['test-same', 'test-different'] as const).filter((split) =>
    everything.some((one) => one.split === split),
  );
  const methods = [...new Set([...measured.values()].flatMap((of) => [...of.keys()]))];
  for (const split of splits) {
    for (const method of methods) {
      for (const name of [...languages, 'all']) {
        const of = (role: Role) =>
          (measured.get(role)?.get(method) ?? []).filter(
            (one) => one.split === split && (name === 'all' || one.languages === name),
          );
        const [base, distilled] = [of('base'), of('distilled')];
        if (base.length > 0) rows.push(rowOf('base', method, name, split, base));
        if (distilled.length > 0) rows.push(rowOf('distilled', method, name, split, distilled));
        const gain = gainOf(method, name, split, base, distilled);
        if (gain) gains.push(gain);
      }
    }
  }
  return { rows, gains };
}
