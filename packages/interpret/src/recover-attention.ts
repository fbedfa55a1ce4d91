/**
 * Attention maps out of a linear model (Choromanski et al. 2021, appendix C.4): A = D̂⁻¹ Q'K'ᵀ is what
 * attention returns when the values are the identity, V° = I. The layer's own attention computes it,
 * so causal order, the kernel's stabilisers and the exact mechanism need no second implementation,
 * and A · V is the layer's output by construction.
 *
 * Columns come in blocks as wide as a head (attention takes values of the query's shape), so memory
 * stays linear in L; only `recoverAttention`, which returns whole maps, is quadratic.
 */
import {
  type AttentionState,
  applyModel,
  attention,
  type PerformerModel,
} from "@performer/performer";
import { collateSequences, SPECIALS_PER_ROW } from "@performer/proteins";
import * as tf from "@tensorflow/tfjs-core";

type Shape = tf.Tensor4D["shape"];

export interface AttentionBlock {
  readonly layer: number;
  /** Position of the block's first column among the columns returned. */
  readonly firstColumn: number;
  /** [H, rows, columns of the block]; freed when the loop moves on. */
  readonly weights: tf.Tensor3D;
}

export interface AttentionBlockOptions {
  /** Rows and columns of bos and eos too; without, they are dropped and rows are not renormalised. */
  readonly keepSpecials?: boolean;
}

/**
 * The maps of every layer, in order, a block of columns at a time.
 * @param sequence residue ids, without specials.
 * @throws {RangeError} where the sequence is empty or longer than the model takes.
 */
export function* attentionBlocks(
  model: PerformerModel,
  sequence: Uint8Array,
  { keepSpecials = false }: AttentionBlockOptions = {},
): Generator<AttentionBlock, void, void> {
  const margin = keepSpecials ? 0 : 1;
  const states = observeLayers(model, sequence);
  try {
    for (const [layer, { query, key }] of states.entries()) {
      const [, L, , D] = query.shape;
      const end = L - margin;
      for (let start = margin; start < end; start += D) {
        const columns = Math.min(D, end - start);
        const weights = tf.tidy(() => {
          const values = identityColumns(query.shape, start);
          const block = attention(query, key, values, {
            config: model.config.attention,
            direction: model.config.direction,
            projection: model.projections[layer],
          });
          const headsFirst = tf.transpose(tf.squeeze<tf.Tensor3D>(block, [0]), [1, 0, 2]);
          return tf.slice(headsFirst, [0, margin, 0], [-1, end - margin, columns]);
        });
        try {
          yield { layer, firstColumn: start - margin, weights };
        } finally {
          weights.dispose();
        }
      }
    }
  } finally {
    for (const { query, key } of states) tf.dispose([query, key]);
  }
}

/** Columns start..start + D of the L × L identity for every head, [1, L, H, D]; zero past the last. */
function identityColumns([, L, H, D]: Shape, start: number): tf.Tensor4D {
  const values = new Float32Array(L * D);
  for (let column = 0; column < Math.min(D, L - start); column++) {
    values[(start + column) * D + column] = 1;
  }
  return tf.tile(tf.tensor4d(values, [1, L, 1, D]), [1, 1, H, 1]);
}

/** Query and key [1, L, H, D] of each layer for one sequence between bos and eos; the caller frees them. */
function observeLayers(
  model: PerformerModel,
  sequence: Uint8Array,
): Pick<AttentionState, "query" | "key">[] {
  if (sequence.length === 0) {
    throw new RangeError("attentionBlocks: expected at least one residue, got an empty sequence");
  }
  const L = sequence.length + SPECIALS_PER_ROW;
  const states: Pick<AttentionState, "query" | "key">[] = [];
  tf.tidy(() => {
    const { tokens } = collateSequences([sequence], { length: L });
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
  for (const { layer, firstColumn, weights } of attentionBlocks(model, sequence, options)) {
    const values = await weights.data<"float32">();
    const [, rows, columns] = weights.shape;
    maps[layer]?.forEach((map, head) => {
      for (let row = 0; row < rows; row++) {
        const start = (head * rows + row) * columns;
        map.set(values.subarray(start, start + columns), row * length + firstColumn);
      }
    });
  }
  return { length, maps };
}
