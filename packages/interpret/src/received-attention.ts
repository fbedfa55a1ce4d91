/**
 * How much attention each amino acid receives, head by head: the counts of Vig et al. (2020,
 * "BERTology meets biology"), summed for each sequence apart so that sequences can be resampled.
 */
import type { PerformerModel } from "@performer/performer";
import { isStandardResidue, STANDARD_RESIDUES } from "@performer/proteins";
import * as tf from "@tensorflow/tfjs-core";
import { createPacer } from "./pacer.ts";
import { attentionBlocks } from "./recover-attention.ts";

/**
 * Weight w of an attention α. v1: α where α > 0.1. v2: 1 where α ≥ 0.3. flat: α, for linear
 * attention, whose maps may be too even to pass a threshold.
 */
const edgeWeights = {
  v1: (alpha: tf.Tensor3D): tf.Tensor3D =>
    tf.mul(alpha, tf.cast(tf.greater(alpha, 0.1), "float32")),
  v2: (alpha: tf.Tensor3D): tf.Tensor3D => tf.cast(tf.greaterEqual(alpha, 0.3), "float32"),
  flat: (alpha: tf.Tensor3D): tf.Tensor3D => alpha,
} as const;
export type EdgeWeight = keyof typeof edgeWeights;

/** Sums a head: one for each standard residue, then Σ w over all pairs. */
export const SUMS_PER_HEAD = STANDARD_RESIDUES.length + 1;

export interface ReceivedAttention {
  /** layers × heads */
  readonly heads: number;
  /** One a sequence, [heads × 21] row-major: Σ w(i, j) over j of residue a, then over all j. */
  readonly sums: readonly Float64Array[];
}

/**
 * Sums the weights of every head over each sequence; special tokens are left out on both sides.
 * Maps are never whole in memory.
 * @param sequences residue ids, without specials.
 * @throws {RangeError} where a sequence is empty or longer than the model takes.
 */
export async function collectReceivedAttention(
  model: PerformerModel,
  sequences: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  edges: EdgeWeight,
): Promise<ReceivedAttention> {
  const sums: Float64Array[] = [];
  const breathe = createPacer();
  for await (const sequence of sequences) {
    sums.push(await sumSequence(model, sequence, edges, breathe));
  }
  return { heads: model.config.numLayers * model.config.numHeads, sums };
}

/** The sums of one layer's heads alone. @param heads of a layer. */
export function receivedInLayer(
  { sums }: ReceivedAttention,
  layer: number,
  heads: number,
): ReceivedAttention {
  const [start, end] = [layer * heads, (layer + 1) * heads].map((head) => head * SUMS_PER_HEAD);
  return { heads, sums: sums.map((ofSequence) => ofSequence.slice(start, end)) };
}

async function sumSequence(
  model: PerformerModel,
  sequence: Uint8Array,
  edges: EdgeWeight,
  breathe: () => Promise<void>,
): Promise<Float64Array> {
  const { numLayers, numHeads } = model.config;
  const sums = new Float64Array(numLayers * numHeads * SUMS_PER_HEAD);
  const add = (index: number, value: number) => {
    sums[index] = (sums[index] as number) + value;
  };
  for (const { layer, weights } of attentionBlocks(model, sequence)) {
    const received = tf.tidy(() => tf.sum(edgeWeights[edges](weights), 1)); // [H, columns]
    const values = await received.data<"float32">();
    received.dispose();
    for (let head = 0; head < numHeads; head++) {
      const start = (layer * numHeads + head) * SUMS_PER_HEAD;
      for (let column = 0; column < sequence.length; column++) {
        const residue = sequence[column] as number;
        const value = values[head * sequence.length + column] as number;
        if (isStandardResidue(residue)) add(start + residue, value);
        add(start + SUMS_PER_HEAD - 1, value);
      }
    }
    await breathe();
  }
  return sums;
}
