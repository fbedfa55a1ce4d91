/**
 * Backward compatibility (the article's section 4.3 and figure 5): a trained Transformer's weights in a
 * Performer, before and after a little fine-tuning, beside the Performer trained from scratch.
 */
import { z } from "zod";
import { measureTransfer } from "./backward-compatibility/measure.ts";
import {
  transferClaims,
  transferFigures,
  transferTables,
} from "./backward-compatibility/present.ts";
import { TransferResult } from "./backward-compatibility/result.ts";
import { defineExperiment } from "./framework/experiment.ts";

export default defineExperiment({
  title: "Backward compatibility with pretrained Transformers",
  question:
    "What is a Transformer's accuracy with its weights in a Performer unchanged, and how many steps of fine-tuning bring it back?",
  parameters: z.strictObject({
    /** Of the Transformer, and of the Performer from scratch. */
    steps: z.int().min(1).default(400),
    fineTuningSteps: z.int().min(1).default(200),
    evaluateEvery: z.int().min(1).default(80),
    direction: z.enum(["causal", "bidirectional"]).default("causal"),
    seed: z.int().min(0).default(0),
    /** M, for the error before fine-tuning; the model that is fine-tuned has 64. */
    features: z.array(z.int().min(1)).min(1).default([16, 64, 256]),
    /** Of the projections, at each M. */
    draws: z.int().min(1).default(3),
    /** Sequences: to train on, to validate on, to measure divergence on. */
    trainSequences: z.int().min(1).default(8192),
    validationSequences: z.int().min(1).default(256),
    divergenceSequences: z.int().min(1).default(16),
    precision: z.enum(["float32", "bf16"]).default("bf16"),
  }),
  quick: { steps: 20, fineTuningSteps: 10, evaluateEvery: 10, features: [16, 64], draws: 2 },
  result: TransferResult,
  run: measureTransfer,
  claims: transferClaims,
  tables: transferTables,
  figures: transferFigures,
});
