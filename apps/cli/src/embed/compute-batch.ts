/**
 * The vectors of a window: sequences of similar length share a batch of bounded tokens, and of each
 * batch only what the layout asks for is kept. One pass, as deep as the deepest layer, computes all layers.
 */
import {
  allocateBatch,
  type EmbeddingBatch,
  type EmbeddingLayout,
  residueOffsets,
  setVectors,
  type Values,
} from "@performer/embedding-files";
import { type Encoder, embedGroups, type SequenceEmbedding } from "@performer/interpret";
import type { TakenRecord } from "./windows.ts";

/** Rows × padded length of one batch at most; a longer sequence goes alone. */
const BATCH_TOKENS = 8192;

export interface ComputeOptions {
  readonly encoder: Encoder;
  readonly layout: EmbeddingLayout;
  /** Told of the residues of each batch when they are computed; throws to stop. */
  readonly onBatch?: (residues: number) => void;
}

/** Rows in the order of `records`. */
export async function computeBatch(
  records: readonly TakenRecord[],
  { encoder, layout, onBatch }: ComputeOptions,
): Promise<EmbeddingBatch> {
  const heads = records.map(({ sequence, record, id, accession }) => {
    return { record, id, accession, length: sequence.length };
  });
  const batch = allocateBatch(layout, heads);
  const offsets = residueOffsets(heads);
  const { numLayers } = encoder.config;
  const layerOf = ({ layer }: (typeof layout.columns)[number]) => layer ?? numLayers;
  const layers = [...new Set(layout.columns.map(layerOf))];
  const sequences = records.map(({ sequence }) => sequence);
  const groups = embedGroups(encoder, sequences, { maxTokens: BATCH_TOKENS, layers });
  for await (const { indices, layers: embedded } of groups) {
    for (const [number, column] of layout.columns.entries()) {
      const values = batch.vectors[number] as Values;
      const embeddings = embedded[layers.indexOf(layerOf(column))] as readonly SequenceEmbedding[];
      for (const [i, { mean, residues }] of embeddings.entries()) {
        const row = indices[i] as number;
        const [vectors, first] =
          column.per === "sequence" ? [mean, row] : [residues, offsets[row] as number];
        setVectors(values, vectors, first * layout.embeddingSize);
      }
    }
    onBatch?.(indices.reduce((sum, index) => sum + (sequences[index] as Uint8Array).length, 0));
  }
  return batch;
}
