/** The sequences from which amino-acid similarity is estimated: the first ones of the bundled validation sample. */
import { encodeSequence } from "@performer/proteins";
import { readFastaFiles } from "@performer/proteins/node";

/** Attention costs layers · heads · L² a sequence: a hundred of up to 256 residues take seconds. */
const SAMPLE_SEQUENCES = 100;
const SAMPLE_MAX_RESIDUES = 256;
const SAMPLE_MIN_RESIDUES = 32;

/**
 * Reads once, at the first call.
 * @returns residue ids of sequences that a model of `maxResidues` takes whole; longer ones are passed over.
 */
export function createSimilaritySample(
  path: string,
): (maxResidues: number) => Promise<readonly Uint8Array[]> {
  let reading: Promise<Uint8Array[]> | undefined;
  return async (maxResidues) => {
    reading ??= readAll(path).catch((error: unknown) => {
      reading = undefined;
      throw error;
    });
    const longest = Math.min(maxResidues, SAMPLE_MAX_RESIDUES);
    return (await reading)
      .filter(({ length }) => length >= SAMPLE_MIN_RESIDUES && length <= longest)
      .slice(0, SAMPLE_SEQUENCES);
  };
}

async function readAll(path: string): Promise<Uint8Array[]> {
  const sequences: Uint8Array[] = [];
  for await (const { sequence } of readFastaFiles([path])) {
    sequences.push(encodeSequence(sequence, "lenient"));
  }
  return sequences;
}
