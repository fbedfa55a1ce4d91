/** A training case as this project runs it: a fresh model's config, and random batches. */
import type { TrainingBatch } from "@performer/proteins";
import { createStream, randomKey, splitKey } from "@performer/random";
import { ModelConfig } from "@performer/schema";
import type { TrainCase } from "./options.ts";

export function modelConfigOf(trainCase: TrainCase): ModelConfig {
  return ModelConfig.parse({
    ...trainCase.model,
    maxLength: trainCase.length,
    direction: trainCase.direction,
    attention: {
      mechanism: "favor",
      featureMap: { kind: "relu" },
      numFeatures: trainCase.numFeatures,
      chunkSize: trainCase.chunkSize,
    },
  });
}

/** Random residues, 15 % of them masked and scored; the same for every contender in distribution. */
export function drawBatch({ rows, length }: TrainCase, index: number): TrainingBatch {
  const stream = createStream(splitKey(randomKey(3), index));
  const targets = Int32Array.from({ length: rows * length }, () => stream.integer(20));
  const lossMask = Float32Array.from(targets, () => Number(stream.uniform() < 0.15));
  const inputs = targets.map((target, position) => (lossMask[position] === 1 ? 28 : target));
  const paddingMask = new Float32Array(rows * length).fill(1);
  return { inputs, targets, lossMask, scoreMask: lossMask, paddingMask, rows, length, epoch: 0 };
}
