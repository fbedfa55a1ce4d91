/**
 * The points of a training curve. Sums (of loss, of scored positions) are kept and combined before
 * they become a perplexity, in thinning and smoothing alike: the mean of perplexities is not the
 * perplexity of the mean loss.
 */

/** Sums over scored positions, as the run events carry them. */
export interface CurveSums {
  /** nats */
  readonly lossSum: number;
  readonly weightSum: number;
  readonly correctSum: number;
}

/** One training step or one evaluation; a RunEvent of type "step" or "evaluation" is one. */
export interface CurvePoint {
  readonly step: number;
  readonly metrics: CurveSums;
}

export const curveMetrics = ["perplexity", "loss", "accuracy"] as const;
export type CurveMetric = (typeof curveMetrics)[number];

/** perplexity, loss in nats, or accuracy 0 to 1; NaN (a gap) where nothing was scored. */
export function metricOf(sums: CurveSums, metric: CurveMetric): number {
  switch (metric) {
    case "perplexity":
      return Math.exp(sums.lossSum / sums.weightSum);
    case "loss":
      return sums.lossSum / sums.weightSum;
    case "accuracy":
      return sums.correctSum / sums.weightSum;
    default:
      return metric satisfies never;
  }
}

/** A series of bounded size: when full, neighbours merge, and each point covers twice the steps. */
export class TrainingSeries {
  readonly #limit: number;
  #points: CurvePoint[] = [];
  #stride = 1;
  #openSteps = 0;

  /** @param limit points held at most, at least 2. */
  constructor(limit: number) {
    if (!(Number.isInteger(limit) && limit >= 2)) {
      throw new RangeError(`TrainingSeries: expected a limit of at least 2 points, got ${limit}`);
    }
    this.#limit = limit;
  }

  get points(): readonly CurvePoint[] {
    return this.#points;
  }

  /** Points come in order of step; one that goes back (a resumed run) replaces all from its step on. */
  append(points: Iterable<CurvePoint>): void {
    for (const point of points) this.#add(point);
  }

  #add(point: CurvePoint): void {
    const last = this.#points.at(-1);
    if (last && point.step <= last.step) {
      this.#points = this.#points.filter((held) => held.step < point.step);
      this.#openSteps = 0;
    }
    const open = this.#points.at(-1);
    if (open && this.#openSteps > 0 && this.#openSteps < this.#stride) {
      this.#points[this.#points.length - 1] = merge(open, point);
      this.#openSteps += 1;
      return;
    }
    if (this.#points.length === this.#limit) this.#halve();
    this.#points.push(point);
    this.#openSteps = 1;
  }

  #halve(): void {
    const halved: CurvePoint[] = [];
    for (let i = 0; i < this.#points.length; i += 2) {
      const first = this.#points[i] as CurvePoint;
      const second = this.#points[i + 1];
      halved.push(second ? merge(first, second) : first);
    }
    this.#points = halved;
    this.#stride *= 2;
  }
}

function merge(first: CurvePoint, second: CurvePoint): CurvePoint {
  return { step: second.step, metrics: addSums(first.metrics, second.metrics, 1) };
}

/** first × keep + second */
function addSums(first: CurveSums, second: CurveSums, keep: number): CurveSums {
  return {
    lossSum: first.lossSum * keep + second.lossSum,
    weightSum: first.weightSum * keep + second.weightSum,
    correctSum: first.correctSum * keep + second.correctSum,
  };
}

/**
 * Exponentially weighted means of a series. The ratio of weighted sums needs no start-up correction.
 * @param keep share of the past that each point keeps, 0 (no smoothing) to below 1.
 */
export function smoothSeries(points: readonly CurvePoint[], keep: number): CurvePoint[] {
  let sums: CurveSums = { lossSum: 0, weightSum: 0, correctSum: 0 };
  return points.map(({ step, metrics }) => {
    sums = addSums(sums, metrics, keep);
    return { step, metrics: sums };
  });
}
