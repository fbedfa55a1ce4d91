/**
 * One job from where it stands to its end: count the input, then chunk by chunk compute, append, book.
 * Whatever stops it between two calls, a kill included, it goes on from the last booking.
 */
import type { ExperimentStore, JobRecord } from "@performer/store";
import { type ChunkRecord, chunksOf } from "./job-chunks.ts";
import { JobFailure } from "./job-failure.ts";
import type { JobPaths } from "./job-files.ts";
import { countInput, type InputLimits, readInput } from "./job-input.ts";
import type { JobModels } from "./job-models.ts";
import { openResultFile, type ResultFile } from "./result-file.ts";
import { endLine, headLine, refusalLine } from "./result-lines.ts";

export interface RunJobOptions {
  readonly store: ExperimentStore;
  readonly models: JobModels;
  readonly paths: JobPaths;
  readonly limits: InputLimits;
  /** Stops it between two chunks; the model is asked to leave off, too. */
  readonly signal: AbortSignal;
  /** Called after each booking. */
  readonly onProgress?: (job: JobRecord) => void;
}

/**
 * @throws {JobFailure} where the job can never be done.
 * @throws what the disk, the store or the signal threw: the job stands where it stood, call it again.
 */
export async function runJob(job: JobRecord, options: RunJobOptions): Promise<void> {
  const { store, paths, limits, signal } = options;
  let current = job;
  if (current.state === "queued") {
    const counted = await countInput(paths.input, limits, signal);
    current = await store.jobs.start(job.id, { ...counted, startedAt: new Date().toISOString() });
  }
  let result = await openResultFile(paths.result, current.resultBytes);
  if (result === "short") {
    current = await store.jobs.rewind(job.id);
    result = await openResultFile(paths.result, 0);
    if (result === "short") throw new RangeError("runJob: expected a file of 0 bytes or more");
  }
  try {
    await workOff(current, result, options);
  } finally {
    await result.close();
  }
}

async function workOff(
  start: JobRecord,
  result: ResultFile,
  { store, models, paths, signal, onProgress }: RunJobOptions,
): Promise<void> {
  let job = start;
  const shape = await models.shape(job);
  const chunks = chunksOf(readInput(paths.input), {
    from: job.done,
    letters: job.options.letters,
    maxResidues: shape.maxResidues,
  });
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    const lines = await computeLines(job, chunk, models, signal);
    const head = job.done === 0 ? headLine(job, shape) : "";
    const resultBytes = await result.append(head + lines);
    job = await store.jobs.advance(job.id, {
      from: job.done,
      items: chunk.map(({ item }) => item),
      resultBytes,
    });
    onProgress?.(job);
  }
  if (job.done !== job.total) {
    throw new JobFailure(
      `the file had ${job.total} records and now has ${job.done}; send it again`,
    );
  }
  const resultBytes = await result.append(endLine(job));
  await store.jobs.finish(job.id, { finishedAt: new Date().toISOString(), resultBytes });
}

async function computeLines(
  job: JobRecord,
  chunk: readonly ChunkRecord[],
  models: JobModels,
  signal: AbortSignal,
): Promise<string> {
  const sequences = chunk.flatMap(({ item: { accession }, residues }) =>
    residues === null ? [] : { accession, sequence: residues },
  );
  const embedded = sequences.length === 0 ? [] : await models.embed(job, sequences, signal);
  if (embedded.length !== sequences.length) {
    throw new RangeError(
      `computeLines: expected ${sequences.length} embeddings, got ${embedded.length}`,
    );
  }
  let next = 0;
  return chunk
    .map(({ item, residues }) => (residues === null ? refusalLine(item) : `${embedded[next++]}\n`))
    .join("");
}
