/**
 * The evaluation stream: records in file order, every residue in exactly one row, the same masks
 * each time. What is measured does not depend on shuffling, cropping or the number of the epoch.
 */
import { createStream, randomKey, splitKey } from "@performer/random";
import { type BatchOptions, encodeRecords, rowLengthOf } from "./batch-options.ts";
import { concatenatedRows, windowRows } from "./rows.ts";
import { writeMaskedRow, writeNextTokenRow } from "./targets.ts";
import { createBatch, type TrainingBatch } from "./training-batch.ts";

/**
 * One pass over the source. The last batch is filled with empty rows (no padding mask, no loss).
 * @throws {FastaError} from the source, or for a letter that the policy refuses.
 */
export async function* createEvaluationBatches(
  options: BatchOptions,
): AsyncGenerator<TrainingBatch> {
  const { batchSize, sequenceLength, layout } = options.data;
  const key = splitKey(randomKey(options.seed), "evaluation batches");
  // every chosen residue is hidden: a kept or replaced one would measure copying, not prediction
  const masking = { ...options.masking, maskShare: 1, randomShare: 0 };
  const isCausal = options.direction === "causal";
  const sequences = encodeRecords(options.source(), options.policy);
  const rowLength = rowLengthOf(options);
  const rows =
    layout === "concatenate"
      ? concatenatedRows(sequences, rowLength, isCausal ? 1 : 0)
      : windowRows(sequences, rowLength);

  let batch = createBatch(batchSize, sequenceLength, 0);
  let index = 0;
  for await (const row of rows) {
    const filled = index % batchSize;
    if (isCausal) writeNextTokenRow(batch, filled, row);
    else {
      const random = createStream(splitKey(key, "mask", index));
      writeMaskedRow(batch, filled, row, masking, random);
    }
    index++;
    if (filled === batchSize - 1) {
      yield batch;
      batch = createBatch(batchSize, sequenceLength, 0);
    }
  }
  if (index % batchSize > 0) yield batch;
}
