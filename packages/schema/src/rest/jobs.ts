/**
 * Bulk jobs. POST /v1/jobs takes a FASTA file and answers 202 with the job; it is worked off behind the
 * requests of people who wait, survives a restart, and leaves a result to download: NDJSON lines, or a
 * file of embeddings as `performer embed` writes them.
 */
import { z } from "zod";
import { answeredBy, ModelChoice } from "./common.ts";

/** What the query of POST /v1/jobs carries beside `model`. */
export const JobOptions = z.strictObject({
  layer: z
    .int()
    .min(0)
    .max(256)
    .optional()
    .meta({ description: "hidden states after so many layers, as of POST /v1/embeddings" }),
  include: z
    .enum(["residues", "mean", "both"])
    .default("mean")
    .meta({ description: "a vector a residue, their mean, or both" }),
  letters: z.enum(["strict", "lenient"]).default("strict").meta({
    description:
      "strict refuses a record with letters that are no residues, lenient reads them as X",
  }),
});
export type JobOptions = z.infer<typeof JobOptions>;

/** The query of POST /v1/jobs. */
export const JobQuery = JobOptions.extend({ model: ModelChoice.optional() });
export type JobQuery = z.infer<typeof JobQuery>;

const pageLimit = z
  .int()
  .min(1)
  .max(1000)
  .default(100)
  .meta({ description: "entries of one answer; its `next` leads to further ones" });

/** The query of GET /v1/jobs. */
export const JobsQuery = z.strictObject({
  limit: pageLimit,
  before: z
    .string()
    .max(64)
    .optional()
    .meta({ description: "id of the job after which the list went on" }),
});
export type JobsQuery = z.infer<typeof JobsQuery>;

/** The query of GET /v1/jobs/:id/items. */
export const JobItemsQuery = z.strictObject({
  limit: pageLimit,
  after: z
    .int()
    .nonnegative()
    .optional()
    .meta({ description: "number of the record after which the list goes on" }),
  refused: z
    .enum(["true", "false"])
    .default("false")
    .meta({ description: "true: only records without a result" }),
});
export type JobItemsQuery = z.infer<typeof JobItemsQuery>;

/** What a result is fetched as: lines, or a file with the columns of docs/embed.md. */
export const JobResultFormat = z.enum(["ndjson", "npz", "arrow", "parquet", "h5"]);
export type JobResultFormat = z.infer<typeof JobResultFormat>;

/** The query of GET /v1/jobs/:id/result. */
export const JobResultQuery = z.strictObject({
  format: JobResultFormat.optional().meta({
    description: "for clients that cannot set Accept, such as a link; it goes before Accept",
  }),
});
export type JobResultQuery = z.infer<typeof JobResultQuery>;

/** "queued" until the input has been read once and its records are counted. */
export const JobState = z.enum(["queued", "running", "done", "failed"]);
export type JobState = z.infer<typeof JobState>;

export const Job = z
  .object({
    id: z.string(),
    state: JobState,
    /** ISO 8601, UTC. */
    createdAt: z.string(),
    startedAt: z.string().nullable(),
    finishedAt: z.string().nullable(),
    /** Settled when the job was sent. */
    ...answeredBy,
    options: JobOptions,
    records: z.object({
      /** Null until the input has been read once. */
      total: z.int().nullable(),
      /** Refused ones included. */
      done: z.int(),
      /** Without a result, each for a reason: GET /v1/jobs/:id/items?refused=true. */
      refused: z.int(),
    }),
    residues: z.object({ total: z.int().nullable(), done: z.int() }),
    /** Since this process took the job up; null while it does not work on it. */
    residuesPerSecond: z.number().nullable(),
    secondsLeft: z.number().nullable(),
    /** Why it does not go on for now, with the remedy; it goes on by itself. */
    waitingFor: z.string().nullable(),
    /** Why it failed. */
    error: z.string().nullable(),
    /** Bytes of the result so far. */
    resultBytes: z.int(),
    links: z.object({ self: z.string(), items: z.string(), result: z.string() }),
  })
  .meta({ id: "Job" });
export type Job = z.infer<typeof Job>;

export const JobsResponse = z
  .object({
    jobs: z.array(Job),
    /** Where the list goes on; null at its end. */
    next: z.string().nullable(),
  })
  .meta({ id: "JobsResponse" });
export type JobsResponse = z.infer<typeof JobsResponse>;

export const JobItem = z
  .object({
    /** 0-based place in the FASTA file. */
    number: z.int(),
    accession: z.string(),
    /** Residues; of a refused record its letters. */
    length: z.int(),
    /** Why there is no result for it; null where there is one. */
    refusal: z.string().nullable(),
  })
  .meta({ id: "JobItem" });
export type JobItem = z.infer<typeof JobItem>;

export const JobItemsResponse = z
  .object({ items: z.array(JobItem), next: z.string().nullable() })
  .meta({ id: "JobItemsResponse" });
export type JobItemsResponse = z.infer<typeof JobItemsResponse>;
