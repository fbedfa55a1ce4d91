/** Sums first, means last: batches of unequal weight combine exactly, and exp is taken once. */
import type { Metrics } from "@performer/schema";

/** Sums over scored positions, as `crossEntropy` gives them, on the host. */
export interface MetricSums {
  /** nats */
  readonly lossSum: number;
  readonly weightSum: number;
  readonly correctSum: number;
}

export const NO_SUMS: MetricSums = { lossSum: 0, weightSum: 0, correctSum: 0 };

/** Sums fetched from the backend as [loss, weight, correct, …]. */
export function sumsOf(numbers: ArrayLike<number>): MetricSums {
  const [lossSum = Number.NaN, weightSum = Number.NaN, correctSum = Number.NaN] =
    Array.from(numbers);
  return { lossSum, weightSum, correctSum };
}

export function addSums(a: MetricSums, b: MetricSums): MetricSums {
  return {
    lossSum: a.lossSum + b.lossSum,
    weightSum: a.weightSum + b.weightSum,
    correctSum: a.correctSum + b.correctSum,
  };
}

/**
 * Means of the sums. A batch in which nothing was scored has weight 0 and, by convention, loss 0.
 * Perplexity is capped at the largest finite number, since JSON has no infinity.
 */
export function metricsOf({ lossSum, weightSum, correctSum }: MetricSums): Metrics {
  const weight = Math.max(weightSum, 1);
  const loss = lossSum / weight;
  return {
    lossSum,
    weightSum,
    correctSum,
    loss,
    perplexity: Math.min(Math.exp(loss), Number.MAX_VALUE),
    accuracy: correctSum / weight,
  };
}
