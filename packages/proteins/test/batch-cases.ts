/** Small sources and settings for the batch tests. */
import { type RecordSource, TOKEN, type TrainingBatch } from "@performer/proteins";
import type { DataConfig, MaskingConfig } from "@performer/schema";
import fc from "fast-check";
import { utf8 } from "./fasta-cases.ts";

export const MASKING: MaskingConfig = { fraction: 0.15, maskShare: 0.8, randomShare: 0.1 };

export const sourceOf = (sequences: readonly string[]): RecordSource =>
  async function* () {
    for (const [i, sequence] of sequences.entries()) {
      yield { header: `s${i}`, sequence: utf8(sequence), source: "test", line: 2 * i + 1 };
    }
  };

/** Lists of sequences in the given letters. */
export const sequencesOf = (letters: string, maxLength: number) =>
  fc.array(fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength }), {
    minLength: 1,
    maxLength: 25,
  });

export const layouts = fc.constantFrom<DataConfig["layout"]>("pad", "concatenate");
export const directions = fc.constantFrom<"bidirectional" | "causal">("bidirectional", "causal");
export const dataConfigs = fc.record({
  sequenceLength: fc.integer({ min: 8, max: 40 }),
  batchSize: fc.integer({ min: 1, max: 6 }),
  layout: layouts,
  shuffleBuffer: fc.integer({ min: 1, max: 12 }),
});

/** Targets of one row, pads left out. */
export function rowTargets(batch: TrainingBatch, row: number): number[] {
  const start = row * batch.length;
  return withoutPads(batch.targets.subarray(start, start + batch.length));
}

/** Targets of all rows of all batches, in order, pads left out. */
export function allTargets(batches: readonly TrainingBatch[]): number[] {
  return batches.flatMap(({ targets }) => withoutPads(targets));
}

/** Inputs of all rows of all batches, in order, pads left out. */
export function allInputs(batches: readonly TrainingBatch[]): number[] {
  return batches.flatMap(({ inputs }) => withoutPads(inputs));
}

function withoutPads(ids: Int32Array): number[] {
  return [...ids].filter((id) => id !== TOKEN.pad);
}
