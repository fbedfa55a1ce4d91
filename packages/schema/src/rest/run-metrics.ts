/** GET /v1/runs/:id/metrics: a run's curve from the experiment store, thinned to what a chart shows. */
import { z } from "zod";
import { WorkerThroughput } from "../run-event.ts";

export const RunMetricsQuery = z.strictObject({
  kind: z
    .enum(["step", "evaluation"])
    .default("step")
    .meta({ description: "training steps, or evaluations on the validation set" }),
  points: z.int().min(1).max(10_000).default(1_000).meta({
    description: "at most so many: every n-th from the last on, which is always there",
  }),
});
export type RunMetricsQuery = z.infer<typeof RunMetricsQuery>;

export const RunMetricsResponse = z
  .object({
    id: z.string(),
    kind: RunMetricsQuery.shape.kind.unwrap(),
    points: z.array(
      z.object({
        step: z.int(),
        /** ISO 8601, UTC. */
        time: z.string(),
        /** Nats. */
        loss: z.number(),
        perplexity: z.number(),
        /** 0 to 1. */
        accuracy: z.number(),
        /** Scored positions. */
        weightSum: z.number(),
        /** Null in an evaluation, as the next three. */
        learningRate: z.number().nullable(),
        gradientNorm: z.number().nullable(),
        tokensPerSecond: z.number().nullable(),
        /** Null too where one process trained alone. */
        workers: z.array(WorkerThroughput).readonly().nullable(),
      }),
    ),
  })
  .meta({ id: "RunMetricsResponse" });
export type RunMetricsResponse = z.infer<typeof RunMetricsResponse>;
