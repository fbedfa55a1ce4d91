/** What a training run tells about itself: the lines of runs/ID/events.jsonl, and the server-sent events. */
import { z } from "zod";

/** Loss sum and weight sum are kept, so that means and perplexity can be combined exactly. */
export const Metrics = z.object({
  /** Sum over scored positions of -log p(target), nats. */
  lossSum: z.number(),
  /** Number of scored positions. */
  weightSum: z.number(),
  /** Scored positions whose most probable token is the target. */
  correctSum: z.number(),
  /** lossSum / weightSum, nats. */
  loss: z.number(),
  /** exp(loss). */
  perplexity: z.number(),
  /** correctSum / weightSum, 0 to 1. */
  accuracy: z.number(),
});
export type Metrics = z.infer<typeof Metrics>;

/** One worker of a run that several make together. */
export const WorkerThroughput = z.object({
  /** "worker:1" */
  name: z.string(),
  /** Of its own rows and its own computing: what a slow worker shows in, though all wait for it. */
  tokensPerSecond: z.number(),
  /** Share of its time that it waited for its batch, 0 to 1. */
  waitShare: z.number().min(0).max(1),
});
export type WorkerThroughput = z.infer<typeof WorkerThroughput>;

const common = {
  /** Optimiser updates done so far. */
  step: z.int(),
  /** ISO 8601, UTC. */
  time: z.string(),
};

export const RunEvent = z.discriminatedUnion("type", [
  z.object({
    ...common,
    type: z.literal("start"),
    totalSteps: z.int(),
    parameterCount: z.int(),
    backend: z.string(),
    /** Step from which an earlier checkpoint was resumed, or 0. */
    resumedFrom: z.int(),
    /** Unigram baseline fitted on the training residues, scored on the validation residues. */
    baseline: z.object({ perplexity: z.number(), accuracy: z.number() }),
  }),
  z.object({
    ...common,
    type: z.literal("step"),
    metrics: Metrics,
    learningRate: z.number(),
    /** Global gradient norm before clipping. */
    gradientNorm: z.number(),
    /** Of all workers. */
    tokensPerSecond: z.number(),
    secondsLeft: z.number(),
    /** Share of the time since the last step that this one waited for its batch, 0 to 1. */
    waitShare: z.number().min(0).max(1),
    /** The chief first; absent where one process trains alone. */
    workers: z.array(WorkerThroughput).optional(),
  }),
  z.object({ ...common, type: z.literal("evaluation"), metrics: Metrics }),
  z.object({ ...common, type: z.literal("checkpoint"), name: z.string() }),
  z.object({
    ...common,
    type: z.literal("end"),
    reason: z.enum(["finished", "stopped", "failed"]),
    message: z.string().optional(),
  }),
]);
export type RunEvent = z.infer<typeof RunEvent>;
