/** Parts of a batch, for memory: the same rows in the same order, without copies. */
import type { TrainingBatch } from "@performer/proteins";

/**
 * `count` batches of equal height.
 * @throws {RangeError} where the rows do not divide.
 */
export function splitBatch(batch: TrainingBatch, count: number): TrainingBatch[] {
  if (count === 1) return [batch];
  const rows = batch.rows / count;
  if (!Number.isInteger(rows)) {
    throw new RangeError(
      `splitBatch: expected rows that divide into ${count} equal parts, got ${batch.rows}`,
    );
  }
  const size = rows * batch.length;
  return Array.from({ length: count }, (_, index) => {
    const part = <Values extends Int32Array | Float32Array>(values: Values) =>
      values.subarray(index * size, (index + 1) * size) as Values;
    return {
      ...batch,
      inputs: part(batch.inputs),
      targets: part(batch.targets),
      lossMask: part(batch.lossMask),
      scoreMask: part(batch.scoreMask),
      paddingMask: part(batch.paddingMask),
      rows,
    };
  });
}

/** Positions that take part; padding is no work worth counting. */
export function countTokens({ paddingMask }: Pick<TrainingBatch, "paddingMask">): number {
  return paddingMask.reduce((sum, value) => sum + value, 0);
}
