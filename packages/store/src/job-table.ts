/**
 * Bulk jobs and their items. A job's progress is one row: how many records of the input are handled and
 * how many bytes of the result belong to them. Both change in one transaction with the items, after
 * the bytes are on the disk, so that whoever goes on after a crash cuts the result back to `resultBytes`
 * and reads the input from record `done` on.
 */
import type { JobOptions, JobState } from "@performer/schema";

export interface JobRecord {
  readonly id: string;
  readonly state: JobState;
  /** ISO 8601, UTC, as all times here. */
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** Name of the model that was asked for, or the default, when the job was sent. */
  readonly model: string;
  /** What tells that model from a later one of the same name. */
  readonly modelIdentity: string;
  readonly options: JobOptions;
  readonly inputBytes: number;
  /** Records of the input, and its letters; null until it has been read once. */
  readonly total: number | null;
  readonly totalResidues: number | null;
  /** Records handled, refused ones included. */
  readonly done: number;
  readonly doneResidues: number;
  readonly refused: number;
  readonly resultBytes: number;
  /** Why it failed. */
  readonly error: string | null;
}

export type NewJob = Pick<
  JobRecord,
  "id" | "createdAt" | "model" | "modelIdentity" | "options" | "inputBytes"
>;

/** One record of the input. */
export interface JobItemRecord {
  /** 0-based place in the input. */
  readonly number: number;
  readonly accession: string;
  /** Residues; of a refused record its letters. */
  readonly length: number;
  /** Why there is no result for it; null where there is one. */
  readonly refusal: string | null;
}

export interface Progress {
  /** `done` before: where the row says otherwise, another worker has it, and nothing is changed. */
  readonly from: number;
  /** The records from there on, in order and without a gap. */
  readonly items: readonly JobItemRecord[];
  /** Length of the result file after them. */
  readonly resultBytes: number;
}

export interface JobTable {
  create(job: NewJob): Promise<void>;
  get(id: string): Promise<JobRecord | null>;
  /** Newest first. @param before the id after which a list went on. */
  list(options: {
    readonly limit: number;
    readonly before?: string;
  }): Promise<readonly JobRecord[]>;
  /** How many there are in each state. */
  counts(): Promise<Readonly<Record<JobState, number>>>;
  /** The oldest one that is not over. */
  next(): Promise<JobRecord | null>;
  /** What the first reading of the input found; the state becomes "running". */
  start(
    id: string,
    found: { readonly total: number; readonly totalResidues: number; readonly startedAt: string },
  ): Promise<JobRecord>;
  /** @throws {StoreError} "conflict" where `from` is not the job's `done`. */
  advance(id: string, progress: Progress): Promise<JobRecord>;
  /** Back to the first record, items dropped: the result file is gone or shorter than it should be. */
  rewind(id: string): Promise<JobRecord>;
  /** @throws {StoreError} "conflict" where records are left. */
  finish(
    id: string,
    end: { readonly finishedAt: string; readonly resultBytes: number },
  ): Promise<void>;
  fail(id: string, end: { readonly finishedAt: string; readonly error: string }): Promise<void>;
  /** @returns whether there was one. */
  remove(id: string): Promise<boolean>;
  /** In order of the input, from `after` (exclusive) on. */
  items(
    id: string,
    options: { readonly after?: number; readonly limit: number; readonly onlyRefused?: boolean },
  ): Promise<readonly JobItemRecord[]>;
}
