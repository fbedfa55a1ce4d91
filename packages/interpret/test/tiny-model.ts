/** A small untrained model and sequences; its attention is uneven enough to tell right from wrong. */
import { initModel, type PerformerModel } from "@performer/performer";
import { createStream, randomKey, splitKey } from "@performer/random";
import { ModelConfig, type ModelConfigInput } from "@performer/schema";

export const mechanisms: Record<string, ModelConfigInput["attention"]> = {
  relu: { mechanism: "favor", numFeatures: 16, chunkSize: 4 },
  // without stabiliser the maps are exactly those of the kernel, which the reference computes
  softmax: {
    mechanism: "favor",
    featureMap: { kind: "softmax-positive", stabilizer: 0 },
    numFeatures: 16,
    chunkSize: 4,
  },
  "relu and local": { mechanism: "favor", numFeatures: 16, localHeads: 1, localWindow: 3 },
  exact: { mechanism: "exact" },
  identity: { mechanism: "identity" },
  local: { mechanism: "local", window: 3 },
  sparse: { mechanism: "sparse", window: 3, numGlobal: 2, numRandom: 2 },
};

export function tinyModel(config: Partial<ModelConfigInput> = {}, seed = 3): PerformerModel {
  const full = ModelConfig.parse({
    maxLength: 64,
    embeddingSize: 16,
    numHeads: 2,
    numLayers: 2,
    feedForwardSize: 32,
    attention: mechanisms["relu"],
    ...config,
  });
  return initModel(full, randomKey(seed));
}

/** Uniform over the 25 residues, anomalous ones included. */
export function drawSequence(length: number, name: string | number = 0): Uint8Array {
  const stream = createStream(splitKey(randomKey(5), "sequence", name));
  return Uint8Array.from({ length }, () => stream.integer(25));
}
