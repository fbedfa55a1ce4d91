/** GET /v1/runs; the events of one (GET /v1/runs/:id/events) are `RunEvent`s. */
import { z } from "zod";
import { Metrics } from "../run-event.ts";

export const RunSummary = z
  .object({
    id: z.string(),
    status: z.enum(["running", "finished", "stopped", "failed", "interrupted"]),
    step: z.int(),
    totalSteps: z.int(),
    startedAt: z.string(),
    updatedAt: z.string(),
    baseline: z.object({ perplexity: z.number(), accuracy: z.number() }),
    lastTraining: Metrics.optional(),
    lastEvaluation: Metrics.optional(),
  })
  .meta({ id: "RunSummary" });
export type RunSummary = z.infer<typeof RunSummary>;

export const RunsResponse = z.object({ runs: z.array(RunSummary) }).meta({ id: "RunsResponse" });
export type RunsResponse = z.infer<typeof RunsResponse>;
