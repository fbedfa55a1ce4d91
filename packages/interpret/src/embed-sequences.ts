/**
 * Embeddings of many sequences: the final hidden state of each residue and their mean. Sequences are
 * grouped by length and padded to a few bucket lengths, so little is wasted and compiled shapes recur;
 * results come in the order of the input, and a sequence's vectors do not depend on its neighbours.
 */
import type { PerformerModel } from "@performer/performer";
import { collateSequences, groupByLength, SPECIALS_PER_ROW } from "@performer/proteins";
import { type EncodeOptions, type Encoder, eagerEncoder } from "./encoder.ts";
import { createPacer } from "./pacer.ts";
import { assertLengths } from "./sequence-lengths.ts";

export interface EmbedOptions extends EncodeOptions {
  /** Rows × padded length of one batch at most; a longer sequence goes alone. 8192 without. */
  readonly maxTokens?: number;
}

export interface SequenceEmbedding {
  /** L, residues; bos and eos are excluded. */
  readonly length: number;
  /** [L × E] row-major, after the final layer norm or after the layer that was asked for. */
  readonly residues: Float32Array;
  /** [E], arithmetic mean of `residues` over L. */
  readonly mean: Float32Array;
}

/**
 * @param source a model, computed eagerly, or what computes its hidden states in another way.
 * @param sequences residue ids, without specials.
 * @throws {RangeError} naming the sequence that is empty or longer than the model takes: nothing is cut.
 */
export async function embedSequences(
  source: PerformerModel | Encoder,
  sequences: readonly Uint8Array[],
  { maxTokens = 8192, layer }: EmbedOptions = {},
): Promise<SequenceEmbedding[]> {
  const encoder = "encode" in source ? source : eagerEncoder(source);
  const { maxLength, embeddingSize, numLayers } = encoder.config;
  assertLengths("embedSequences", sequences, maxLength);
  assertLayer(layer, numLayers);
  const groups = groupByLength(
    sequences.map((sequence) => sequence.length + SPECIALS_PER_ROW),
    { maxTokens },
  );
  const results: SequenceEmbedding[] = new Array(sequences.length);
  const breathe = createPacer();
  for (const group of groups) {
    const rows = group.indices.map((index) => sequences[index] as Uint8Array);
    const paddedLength = Math.min(group.length, maxLength);
    const batch = collateSequences(rows, { length: paddedLength });
    const hidden = await encoder.encode(batch, { layer });
    const rowSize = paddedLength * embeddingSize;
    group.indices.forEach((index, row) => {
      const states = hidden.subarray(row * rowSize, (row + 1) * rowSize);
      results[index] = readRow(states, rows[row]?.length ?? 0, embeddingSize);
    });
    await breathe();
  }
  return results;
}

/** The residues of one row [L × E], which stand after its bos. */
function readRow(states: Float32Array, length: number, E: number): SequenceEmbedding {
  const residues = states.slice(E, (length + 1) * E);
  const sums = new Float64Array(E);
  for (let i = 0; i < residues.length; i++) {
    sums[i % E] = (sums[i % E] as number) + (residues[i] as number);
  }
  return { length, residues, mean: Float32Array.from(sums, (sum) => sum / length) };
}

function assertLayer(layer: number | undefined, numLayers: number): void {
  if (layer === undefined || (Number.isInteger(layer) && layer >= 0 && layer <= numLayers)) return;
  throw new RangeError(
    `embedSequences: expected a layer from 0 (the embedded tokens) to ${numLayers} (the last), got ${layer}`,
  );
}
