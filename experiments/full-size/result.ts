/** What the full-size experiment measures: one row a variant, direction and batch size. */
import { z } from "zod";

export const variants = ["ordinary", "recompute", "reversible"] as const;
export type Variant = (typeof variants)[number];
export const directions = ["bidirectional", "causal"] as const;

const FullSizePoint = z.strictObject({
  /** "recompute": ordinary layers, random features computed again in the backward pass. */
  variant: z.enum(variants),
  direction: z.enum(directions),
  /** B */
  rows: z.int(),
  /** Of the steps after the first, which compiles. */
  stepMs: z.array(z.number()),
  /** Of the process: start, compiling and steps. */
  peakBytes: z.number(),
  /** Mean loss of the last step's batch before its update, nats. */
  loss: z.number(),
  /** Before clipping. */
  gradientNorm: z.number(),
});
export type FullSizePoint = z.infer<typeof FullSizePoint>;

export const FullSizeResult = z.strictObject({
  numLayers: z.int(),
  length: z.int(),
  parameterCount: z.int(),
  points: z.array(FullSizePoint),
});
export type FullSizeResult = z.infer<typeof FullSizeResult>;
