/** What the experiment measures; the JSON file holds it. */
import { z } from "zod";
import { Curves } from "../training/curves.ts";

const memoryPoint = z.strictObject({
  attention: z.enum(["transformer", "performer-relu"]),
  /** L; rows of the batch are `tokens` / L. */
  window: z.int(),
  /** Peak resident memory of a process that trains two steps, or its extrapolation. */
  peakBytes: z.number(),
  measured: z.boolean(),
});
export type MemoryPoint = z.infer<typeof memoryPoint>;

const trained = z.strictObject({
  attention: memoryPoint.shape.attention,
  window: z.int(),
  curves: Curves,
});
export type Trained = z.infer<typeof trained>;

export const LongResult = z.strictObject({
  sample: z.string(),
  /** Of a step, with every window. */
  tokens: z.int(),
  memoryBoundGib: z.number(),
  memory: z.array(memoryPoint),
  /** The Performer, and the Transformer with the longest window that fits its memory. */
  trained: z.array(trained),
  unigram: z.strictObject({ perplexity: z.number(), accuracy: z.number() }),
});
export type LongResult = z.infer<typeof LongResult>;
