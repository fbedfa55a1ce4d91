/**
 * What `performer evaluate` measures: a model on sets of sequences and on parts of them, with several
 * draws of the masked positions, beside n-gram baselines. Names have no folders, so that a report can be
 * committed; the checksums say which files and which weights it is about.
 */
import { z } from "zod";
import { FileEntry } from "./file-entry.ts";
import { Metrics } from "./run-event.ts";

export const EVALUATION_FORMAT = 1;

/** A file by its name and content. Of a packed folder the checksum is that of its manifest. */
export const NamedFile = FileEntry.extend({ name: z.string() });
export type NamedFile = z.infer<typeof NamedFile>;

/** Over the draws: mean, and standard deviation with divisor n − 1, null of one draw alone. */
const Spread = z.object({ mean: z.number(), deviation: z.number().nullable() });

const EvaluatedPart = z.object({
  /** "all", or the condition that its sequences meet, such as "max_identity < 0.5". */
  name: z.string(),
  sequences: z.int().nonnegative(),
  model: z.object({
    /** One a draw; a causal model, which masks nothing, has one. */
    draws: z.array(Metrics).min(1),
    /** Of the losses of all draws together, exp once. */
    perplexity: Spread,
    /** 0 to 1. */
    accuracy: Spread,
  }),
  /** Entry n − 1 is the n-gram baseline, scored on every standard residue of the part. */
  baselines: z.array(Metrics),
});
export type EvaluatedPart = z.infer<typeof EvaluatedPart>;

export const EvaluationReport = z.object({
  format: z.literal(EVALUATION_FORMAT),
  createdAt: z.string(),
  /** Name and version of the software that measured. */
  software: z.string(),
  model: z.object({
    name: z.string(),
    step: z.int().nonnegative(),
    parameterCount: z.int().positive(),
    direction: z.enum(["bidirectional", "causal"]),
    /** Of the weights that were measured. */
    weightsSha256: z.string(),
  }),
  scoring: z.object({
    /** masked: hidden residues, all replaced by the mask token. next: every next token. */
    task: z.enum(["masked", "next"]),
    /** Share of the residues that is hidden; null where nothing is. */
    fraction: z.number().nullable(),
    /** pad: a sequence a row. concatenate: sequences of a part joined by eos, cut into full rows. */
    layout: z.enum(["pad", "concatenate"]),
    /** L of a row, specials included; longer sequences are cut into windows that cover each residue once. */
    window: z.int().positive(),
    /** One a draw of the masked positions. */
    seeds: z.array(z.int()).min(1),
    /** Batches of a part and draw after which scoring stopped; null: all were taken. */
    maxBatches: z.int().positive().nullable(),
  }),
  baselines: z.object({ fittedOn: z.array(NamedFile).min(1), order: z.int().positive() }),
  /** Which sequences belong to a part; left out where there are no parts. */
  subset: NamedFile.optional(),
  sets: z.array(NamedFile.extend({ parts: z.array(EvaluatedPart).min(1) })).min(1),
});
export type EvaluationReport = z.infer<typeof EvaluationReport>;
