/** What the speed experiment measures, one record a mechanism and length. */
import { z } from "zod";
import { mechanismNames } from "./mechanisms.ts";

/** forward: loss of a batch; step: forward, backward and the AdamW update. */
export const modes = ["forward", "step"] as const;
export type Mode = (typeof modes)[number];

/** One value a process: the medians of its runs, and its peak memory so far. */
const ModeFigures = z.strictObject({
  milliseconds: z.array(z.number()),
  peakBytes: z.array(z.number()),
  /** Which bound ended it, if one did; greater lengths of the mechanism were not tried. */
  ended: z.enum(["memory", "time"]).nullable(),
});

const SpeedPoint = z.strictObject({
  mechanism: z.enum(mechanismNames),
  length: z.int(),
  forward: ModeFigures,
  step: ModeFigures,
});
export type SpeedPoint = z.infer<typeof SpeedPoint>;

export const SpeedResult = z.strictObject({
  /** Of a process with TensorFlow and the model's code, before the model. */
  startBytes: z.number(),
  memoryGib: z.number(),
  points: z.array(SpeedPoint),
});
export type SpeedResult = z.infer<typeof SpeedResult>;
