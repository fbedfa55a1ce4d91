/** The learning curves of a run, out of its log: training loss in windows of steps, and each evaluation. */
import type { RunConfig, RunEvent } from "@performer/schema";
import { z } from "zod";

/** Means are of sums, never of means. */
export const CurvePoint = z.strictObject({
  step: z.int(),
  /** Rows × length of all batches so far, padding included: the same for every model. */
  tokens: z.int(),
  perplexity: z.number(),
  /** 0 to 1 */
  accuracy: z.number(),
});
export type CurvePoint = z.infer<typeof CurvePoint>;

export const Curves = z.strictObject({
  /** Of the batches since the point before, under the weights of each step. */
  train: z.array(CurvePoint),
  validation: z.array(CurvePoint),
});
export type Curves = z.infer<typeof Curves>;

/** Points of the training curve in a whole run. */
const TRAIN_POINTS = 25;

export function curvesOf(
  events: readonly RunEvent[],
  { training }: Pick<RunConfig, "training">,
): Curves {
  const { steps, data } = training;
  const every = Math.ceil(steps / TRAIN_POINTS);
  const pointAt = (step: number, { lossSum, correctSum, weightSum }: Sums): CurvePoint => ({
    step,
    tokens: step * data.batchSize * data.sequenceLength,
    perplexity: Math.exp(lossSum / weightSum),
    accuracy: correctSum / weightSum,
  });
  const train: CurvePoint[] = [];
  const validation: CurvePoint[] = [];
  let sums = NONE;
  for (const event of events) {
    if (event.type === "evaluation") validation.push(pointAt(event.step, event.metrics));
    if (event.type !== "step") continue;
    sums = {
      lossSum: sums.lossSum + event.metrics.lossSum,
      correctSum: sums.correctSum + event.metrics.correctSum,
      weightSum: sums.weightSum + event.metrics.weightSum,
    };
    if (event.step % every === 0 || event.step === steps) {
      train.push(pointAt(event.step, sums));
      sums = NONE;
    }
  }
  return { train, validation };
}

interface Sums {
  readonly lossSum: number;
  readonly correctSum: number;
  readonly weightSum: number;
}

const NONE: Sums = { lossSum: 0, correctSum: 0, weightSum: 0 };
