/**
 * The training stream: shuffled records → rows → batches of static shape, without end.
 *
 * Every random choice is keyed by seed, epoch and row, never by what was drawn before. So a run
 * resumes exactly from three numbers: the epoch is read again and its rows are skipped, which costs
 * reading and no masking. The price of having no saved buffer is that reading; packed records that
 * are skipped row by row (layout "pad") are not even read.
 */
import { createStream, type RandomKey, randomKey, splitKey } from "@performer/random";
import { type BatchOptions, encodeRecords, rowLengthOf } from "./batch-options.ts";
import { concatenatedRows, cropRows, type Row } from "./rows.ts";
import { shuffle } from "./shuffle.ts";
import { writeMaskedRow, writeNextTokenRow } from "./targets.ts";
import { createBatch, type TrainingBatch } from "./training-batch.ts";

/** Where the stream stands after a batch; plain JSON. */
export interface BatchPosition {
  /** Epoch of the next row, or the one that was just used up. */
  readonly epoch: number;
  /** Rows of that epoch that batches have taken. */
  readonly rowsTaken: number;
  /** Batches since the start of the run. */
  readonly batches: number;
}

/** One of several workers that take the rows of each batch in turns. */
interface BatchShare {
  /** From 0. */
  readonly index: number;
  /** Of workers; it divides the batch size. */
  readonly count: number;
}

export interface TrainingBatchOptions extends BatchOptions {
  /** Continue after this position; default the start. */
  readonly position?: BatchPosition;
  /** Stop when this many epochs are used up; default never. */
  readonly epochs?: number;
  /**
   * Only every `count`-th row of each batch. Position and masks stay those of the whole batch, so that
   * other workers, or another number of them, go on where these stopped. Default: all rows.
   */
  readonly share?: BatchShare;
}

const START: BatchPosition = { epoch: 0, rowsTaken: 0, batches: 0 };
const EVERYTHING: BatchShare = { index: 0, count: 1 };

/**
 * Batches and the position after each.
 * A batch that an epoch does not fill takes rows of the next; after the last epoch it is dropped.
 * @throws {RangeError} where the source has no residues, or fewer rows than `position` took, or the share
 *   does not divide the batch.
 * @throws {FastaError} from the source, or for a letter that the policy refuses.
 */
export async function* createTrainingBatches(
  options: TrainingBatchOptions,
): AsyncGenerator<{ batch: TrainingBatch; position: BatchPosition }> {
  const { batchSize, sequenceLength } = options.data;
  const { share = EVERYTHING } = options;
  const rows = batchSize / share.count;
  if (!Number.isInteger(rows)) {
    throw new RangeError(
      `createTrainingBatches: expected a batch size that ${share.count} workers can share equally, got ${batchSize}; change batchSize or the number of workers`,
    );
  }
  const key = splitKey(randomKey(options.seed), "training batches");
  let { batches } = options.position ?? START;
  let batch: TrainingBatch | undefined;
  let filled = 0;
  for await (const { row, epoch, index } of rowsFrom(options, key)) {
    batch ??= createBatch(rows, sequenceLength, epoch);
    if (filled % share.count === share.index) {
      const place = Math.floor(filled / share.count);
      if (options.direction === "causal") writeNextTokenRow(batch, place, row);
      else {
        const random = createStream(splitKey(key, "mask", epoch, index));
        writeMaskedRow(batch, place, row, options.masking, random);
      }
    }
    filled++;
    if (filled === batchSize) {
      batches++;
      yield { batch, position: { epoch, rowsTaken: index + 1, batches } };
      batch = undefined;
      filled = 0;
    }
  }
}

/** Rows of one epoch after another, with their number in the epoch, from the position on. */
async function* rowsFrom(
  options: TrainingBatchOptions,
  key: RandomKey,
): AsyncGenerator<{ row: Row; epoch: number; index: number }> {
  const { epochs = Number.POSITIVE_INFINITY, position = START } = options;
  let skip = position.rowsTaken;
  for (let epoch = position.epoch; epoch < epochs; epoch++) {
    let index = 0;
    for await (const row of epochRows(options, key, epoch, skip)) {
      if (index >= skip) yield { row, epoch, index };
      index++;
    }
    if (index === 0) {
      throw new RangeError(
        "createTrainingBatches: expected at least one sequence with residues, got none; is the file empty?",
      );
    }
    if (index < skip) {
      throw new RangeError(
        `createTrainingBatches: expected an epoch of at least ${skip} rows to resume in, got ${index}; are these the files and settings that the run began with?`,
      );
    }
    skip = 0;
  }
}

/** @param skip rows at the start whose content does not matter. */
function epochRows(
  options: BatchOptions,
  key: RandomKey,
  epoch: number,
  skip: number,
): AsyncGenerator<Row> {
  const { layout, shuffleBuffer } = options.data;
  const order = createStream(splitKey(key, "shuffle", epoch));
  const records = shuffle(options.source(), shuffleBuffer, order);
  // with one sequence a row, a row to skip is a sequence that need not be read
  const sequences = encodeRecords(records, options.policy, layout === "pad" ? skip : 0);
  const rowLength = rowLengthOf(options);
  if (layout === "concatenate") {
    return concatenatedRows(sequences, rowLength, options.direction === "causal" ? 1 : 0);
  }
  return cropRows(sequences, rowLength, (spare, row) =>
    createStream(splitKey(key, "crop", epoch, row)).integer(spare + 1),
  );
}
