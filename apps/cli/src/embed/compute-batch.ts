/**
 * The vectors of a window: sequences of similar length share a batch of bounded tokens, and of each
 * batch only what the layout asks for is kept. A layer is a pass of its own as deep as the layer.
 */
import {
  allocateBatch,
  type EmbeddingBatch,
  type EmbeddingLayout,
  residueOffsets,
  setVectors,
  type Values,
} from "@performer/embedding-files";
import { type Encoder, embedSequences } from "@performer/interpret";
import { groupByLength, SPECIALS_PER_ROW } from "@performer/proteins";
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
  const layers = new Set(layout.columns.map(({ layer }) => layer));
  const groups = groupByLength(
    heads.map(({ length }) => length + SPECIALS_PER_ROW),
    { maxTokens: BATCH_TOKENS },
  );
  for (const { indices } of groups) {
    const sequences = indices.map((index) => (records[index] as TakenRecord).sequence);
    for (const layer of layers) {
      const options = { maxTokens: BATCH_TOKENS, layer: layer ?? undefined };
      const embeddings = await embedSequences(encoder, sequences, options);
      for (const [column, { per, layer: of }] of layout.columns.entries()) {
        if (of !== layer) continue;
        for (const [i, { mean, residues }] of embeddings.entries()) {
          const row = indices[i] as number;
          const [values, vector] =
            per === "sequence" ? [mean, row] : [residues, offsets[row] as number];
          setVectors(batch.vectors[column] as Values, values, vector * layout.embeddingSize);
        }
      }
    }
    onBatch?.(sequences.reduce((sum, { length }) => sum + length, 0));
  }
  return batch;
}
