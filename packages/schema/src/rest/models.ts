/** GET /v1/models and GET /v1/models/:id. */
import { z } from "zod";
import { EvaluationReport } from "../evaluation-report.ts";
import { ModelConfig } from "../model-config.ts";
import { Metrics } from "../run-event.ts";
import { TrainingConfig } from "../training-config.ts";
import { answeredBy } from "./common.ts";

export const ModelSummary = z
  .object({
    /** "models/NAME" of one that ships, "RUN/CHECKPOINT" of a run's. */
    name: z.string(),
    /** What to ask for: the name of one that ships; a run's, for its newest checkpoint. */
    id: z.string(),
    fingerprint: answeredBy.fingerprint,
    shipped: z.boolean(),
    step: z.int(),
    createdAt: z.string(),
    parameterCount: z.int(),
    config: ModelConfig,
    validation: Metrics.optional(),
    /** Measured before it shipped: of the last set of its report, all sequences. */
    figures: z.object({ set: z.string(), perplexity: z.number(), accuracy: z.number() }).optional(),
  })
  .meta({ id: "ModelSummary" });
export type ModelSummary = z.infer<typeof ModelSummary>;

export const ModelsResponse = z
  .object({ models: z.array(ModelSummary) })
  .meta({ id: "ModelsResponse" });
export type ModelsResponse = z.infer<typeof ModelsResponse>;

/** One model with all that is known of it. */
export const ModelDetails = ModelSummary.extend({
  /** MODEL_CARD.md, Markdown; null where it has none. */
  card: z.string().nullable(),
  training: TrainingConfig.optional(),
  /** What the training data is, in a person's words. */
  dataDescription: z.string().optional(),
  licence: z.string().optional(),
  /** Tokens that training read. */
  tokensSeen: z.int().optional(),
  /** Sets that it was evaluated on before it shipped. */
  report: EvaluationReport.optional(),
}).meta({ id: "ModelDetails" });
export type ModelDetails = z.infer<typeof ModelDetails>;
