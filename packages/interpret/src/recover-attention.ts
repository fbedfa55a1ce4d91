/**
 * Attention maps of a sequence, layer by layer: in blocks of rows for any length, or whole for a
 * short one. The maps are what the layer used: A · V is its attention output.
 */
import { applyModel, type PerformerModel } from "@performer/performer";
import { collateSequences, SPECIALS_PER_ROW } from "@performer/proteins";
import type { AttentionWeights } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";
import { layerRows, type QueryAndKey } from "./layer-rows.ts";
import { createPacer } from "./pacer.ts";

export interface AttentionBlock {
  readonly layer: number;
  /** Position of the block's first row among all rows of a map. */
  readonly firstRow: number;
  /** [H, rows of the block, columns wanted]; freed when the loop moves on. */
  readonly weights: tf.Tensor3D;
}

export interface AttentionBlockOptions {
  /** Rows and columns of bos and eos too; without, they are dropped and rows are not renormalised. */
  readonly keepSpecials?: boolean;
  /** Rows of one block; as many as fit into 16 MiB without. */
  readonly blockRows?: number;
}

/** Which part of the maps is wanted; the whole sequence goes through the model in any case. */
export interface AttentionPart {
  /** In ascending order; all without. */
  readonly layers?: readonly number[] | undefined;
  /** [from, to) among the rows, and among the columns; all without. */
  readonly rows?: readonly [number, number] | undefined;
  readonly columns?: readonly [number, number] | undefined;
  /** "model" without. */
  readonly weights?: AttentionWeights | undefined;
}

/** 16 MiB of float32. */
const BLOCK_VALUES = 2 ** 22;

/**
 * The maps of every layer, in order, a block of rows at a time; row i is what position i attends to.
 * @param sequence residue ids, without specials.
 * @throws {RangeError} where the sequence is empty or longer than the model takes.
 */
export function* attentionBlocks(
  model: PerformerModel,
  sequence: Uint8Array,
  options: AttentionBlockOptions & AttentionPart = {},
): Generator<AttentionBlock, void, void> {
  const { numHeads } = model.config;
  const margin = options.keepSpecials ? 0 : 1;
  const states = observeLayers(model, sequence);
  try {
    for (const [layer, state] of states.entries()) {
      if (options.layers?.includes(layer) === false) continue;
      const L = state.query.shape[1];
      const blockRows = options.blockRows ?? Math.max(1, Math.floor(BLOCK_VALUES / (numHeads * L)));
      const inner = L - 2 * margin;
      const [firstRow, endRow] = options.rows ?? [0, inner];
      const [firstColumn, endColumn] = options.columns ?? [0, inner];
      const map = layerRows(model, { layer, ...state, weights: options.weights });
      try {
        for (let start = firstRow; start < endRow; start += blockRows) {
          const count = Math.min(blockRows, endRow - start);
          const weights = tf.tidy(() =>
            tf.slice(
              map.rows(start + margin, count),
              [0, 0, firstColumn + margin],
              [-1, -1, endColumn - firstColumn],
            ),
          );
          try {
            yield { layer, firstRow: start, weights };
          } finally {
            weights.dispose();
          }
        }
      } finally {
        map.dispose();
      }
    }
  } finally {
    for (const { query, key } of states) tf.dispose([query, key]);
  }
}

/** Of each layer, for one sequence between bos and eos, [1, L, H, D]; the caller frees them. */
export function observeLayers(model: PerformerModel, sequence: Uint8Array): QueryAndKey[] {
  if (sequence.length === 0) {
    throw new RangeError("attentionBlocks: expected at least one residue, got an empty sequence");
  }
  const L = sequence.length + SPECIALS_PER_ROW;
  const states: QueryAndKey[] = [];
  const { tokens } = collateSequences([sequence], { length: L });
  tf.tidy(() => {
    applyModel(
      model,
      { tokens: tf.tensor2d(tokens, [1, L], "int32") },
      {
        observe: (_, { query, key }) => {
          states.push({ query: tf.keep(tf.clone(query)), key: tf.keep(tf.clone(key)) });
        },
      },
    );
  });
  return states;
}

export interface AttentionMaps {
  /** Rows and columns of each map: residues, or residues and both specials. */
  readonly length: number;
  /** [layers][heads], each [length × length] row-major: row i is the attention that position i pays. */
  readonly maps: Float32Array[][];
}

/** Above this, whole maps stop being a convenience. */
const MAX_MAPS_BYTES = 512 * 2 ** 20;

/**
 * Whole maps of a short sequence.
 * @throws {RangeError} as `attentionBlocks`, and where the maps would take more than 512 MiB.
 */
export async function recoverAttention(
  model: PerformerModel,
  sequence: Uint8Array,
  options: AttentionBlockOptions = {},
): Promise<AttentionMaps> {
  const { numLayers, numHeads } = model.config;
  const length = sequence.length + (options.keepSpecials ? SPECIALS_PER_ROW : 0);
  const bytes = 4 * numLayers * numHeads * length ** 2;
  if (bytes > MAX_MAPS_BYTES) {
    throw new RangeError(
      `recoverAttention: expected maps of at most 512 MiB, got ${numLayers} × ${numHeads} maps of ${length} × ${length}, ${Math.ceil(bytes / 2 ** 20)} MiB; read them block by block with attentionBlocks`,
    );
  }
  const maps = Array.from({ length: numLayers }, () =>
    Array.from({ length: numHeads }, () => new Float32Array(length * length)),
  );
  const breathe = createPacer();
  for (const { layer, firstRow, weights } of attentionBlocks(model, sequence, options)) {
    const values = await weights.data<"float32">();
    const size = values.length / numHeads;
    maps[layer]?.forEach((map, head) => {
      map.set(values.subarray(head * size, (head + 1) * size), firstRow * length);
    });
    await breathe();
  }
  return { length, maps };
}
