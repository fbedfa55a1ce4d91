/** How much a run has read, counted by drawing its batches again: checkpoints hold their number alone. */
import { createTrainingBatches, type RecordSource } from "@performer/proteins";
import type { CheckpointManifest } from "@performer/schema";

/**
 * Tokens of the batches that a checkpoint was trained on: residues, bos and eos, no padding.
 * @param source the training files, in the order of the run.
 * @throws {RangeError} where the source ends up empty, or the checkpoint does not say what it read.
 */
export async function countTokensSeen(
  { training, model, resume, name, step }: CheckpointManifest,
  source: RecordSource,
): Promise<number> {
  const batches = batchesOf(resume?.data);
  if (training === undefined || batches === undefined) {
    throw new RangeError(
      `countTokensSeen: expected a checkpoint of a training run, got ${name} at step ${step}, which does not say what it read; leave the training files out`,
    );
  }
  let tokens = 0;
  if (batches === 0) return tokens;
  const { seed, data, masking } = training;
  const drawn = createTrainingBatches({ source, seed, data, masking, direction: model.direction });
  for await (const { batch, position } of drawn) {
    for (const takesPart of batch.paddingMask) tokens += takesPart;
    if (position.batches >= batches) break;
  }
  return tokens;
}

function batchesOf(position: unknown): number | undefined {
  if (typeof position !== "object" || position === null) return undefined;
  const batches: unknown = Reflect.get(position, "batches");
  return typeof batches === "number" && Number.isSafeInteger(batches) ? batches : undefined;
}
