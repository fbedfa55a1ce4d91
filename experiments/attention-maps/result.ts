/** What the experiment measures; the JSON file holds it. */
import { z } from "zod";

const patterns = ["local", "striped", "mixed", "flat"] as const;

const reading = z.strictObject({
  pattern: z.enum(patterns),
  /** Residues, see `readHead`. */
  meanDistance: z.number(),
});

const head = z.strictObject({
  layer: z.int(),
  head: z.int(),
  ...reading.shape,
  /** The largest weight of the map, which its bytes count as 255. */
  largest: z.number(),
  /** [L × L] row-major, a byte a weight, base64. */
  bytes: z.base64(),
});
export type ShownHead = z.infer<typeof head>;

export const AttentionResult = z.strictObject({
  model: z.string(),
  step: z.int(),
  protein: z.string(),
  sequence: z.string(),
  /** Of every head, [layers][heads]. */
  trained: z.array(z.array(reading)),
  untrained: z.array(z.strictObject({ seed: z.int(), heads: z.array(z.array(reading)) })),
  /** The heads of the figure, three a layer. */
  shown: z.array(head),
});
export type AttentionResult = z.infer<typeof AttentionResult>;
