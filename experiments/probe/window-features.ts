/** What can be read off the sequence without a model: the baselines of the probe. */
import { STANDARD_RESIDUES } from "@performer/proteins";

const V = STANDARD_RESIDUES.length;

/** [L × 20] one 1 a row. */
export function residueFeatures(residues: Uint8Array): Float32Array {
  return windowFeatures(residues, 0);
}

/** [L × 41]: the residue, the frequencies of the whole chain and the logarithm of its length. */
export function compositionFeatures(residues: Uint8Array): Float32Array {
  const size = 2 * V + 1;
  const features = new Float32Array(residues.length * size);
  const frequencies = new Float32Array(V);
  for (const residue of residues) frequencies[residue]! += 1 / residues.length;
  residues.forEach((residue, place) => {
    features[place * size + residue] = 1;
    features.set(frequencies, place * size + V);
    features[(place + 1) * size - 1] = Math.log(residues.length);
  });
  return features;
}

/**
 * [L × (2·reach + 1)·20]: the residues from `reach` before to `reach` after, one-hot; zeros past the ends.
 * The input of every predictor of secondary structure before evolutionary profiles.
 */
export function windowFeatures(residues: Uint8Array, reach: number): Float32Array {
  const size = (2 * reach + 1) * V;
  const features = new Float32Array(residues.length * size);
  residues.forEach((_, place) => {
    for (let offset = -reach; offset <= reach; offset++) {
      const residue = residues[place + offset];
      if (residue !== undefined) features[place * size + (offset + reach) * V + residue] = 1;
    }
  });
  return features;
}
