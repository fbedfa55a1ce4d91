/**
 * Attention maps of one protein (the article's appendix C.4, for BPT1_BOVIN): heads that look at near residues, and
 * heads that look at the same residues from everywhere, in the trained model and in the same one untrained.
 */
import { z } from "zod";
import { measureAttention } from "./attention-maps/measure.ts";
import { attentionClaims, attentionFigures, attentionTables } from "./attention-maps/present.ts";
import { AttentionResult } from "./attention-maps/result.ts";
import { defineExperiment } from "./framework/experiment.ts";
import { SHIPPED } from "./trained/open-model.ts";

export default defineExperiment({
  title: "Attention maps of a protein",
  question: "Which heads of the trained Performer look near, and which look everywhere?",
  parameters: z.strictObject({
    /** Folder of a model, a checkpoint or a run; "shipped" is the newest bidirectional one under models/. */
    checkpoint: z.string().default(SHIPPED),
    /** Of data/anchors.fasta. */
    protein: z.string().default("BPT1_BOVIN"),
    untrainedSeeds: z.array(z.int().min(0)).min(1).default([0, 1, 2]),
  }),
  quick: { untrainedSeeds: [0] },
  result: AttentionResult,
  run: measureAttention,
  claims: attentionClaims,
  tables: attentionTables,
  figures: attentionFigures,
});
