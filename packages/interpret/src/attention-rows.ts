/**
 * Rows of the attention map that a mechanism implies (Choromanski et al. 2021, appendix C.4):
 * A = D̂⁻¹ Q'K'ᵀ for linear attention, in causal order its lower triangle with denominators of the
 * causal sums; softmax(QKᵀ/√D) over the keys that exact, local or sparse attention sees. Features are made
 * once; rows come in blocks, each normalised by its own sum, so memory is linear in L where whole maps
 * would be quadratic.
 */
import { attentionFeatures, holdFromZero } from "@performer/performer";
import type { AttentionConfig, ModelConfig } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";
import { type Bins, binMeans } from "./bins.ts";
import { pooledWindow, type SoftmaxHeads } from "./window-pooling.ts";

export interface AttentionInputs {
  /** [1, L, H, D] */
  readonly query: tf.Tensor4D;
  readonly key: tf.Tensor4D;
  readonly config: AttentionConfig;
  readonly direction: ModelConfig["direction"];
  /** What the layer drew: W [M, D] of linear attention, the blocks of sparse attention. */
  readonly projection: tf.Tensor2D | undefined;
}

export interface AttentionRows {
  /** Rows start..start + count over all L columns, [H, count, L]; each sums to 1, except for
   * features of any sign where weights cancel to almost nothing. */
  rows(start: number, count: number): tf.Tensor3D;
  /**
   * Means of the map over bins of rows and columns, [H, cells, cells], in time linear in L. Only where
   * the map is a product of features, since the mean of products is the product of means, or a band.
   */
  readonly pooled?: (rows: Bins, columns: Bins) => tf.Tensor3D;
  dispose(): void;
}

/** Whether maps can be recovered. What Linformer weighs are mixtures; the map of LSH attention is not made here. */
export function hasAttentionMap({ mechanism }: AttentionConfig): boolean {
  return mechanism !== "lsh" && mechanism !== "linformer";
}

/** @throws {RangeError} where the mechanism has no map, or one that draws comes without its projection. */
export function attentionRows(inputs: AttentionInputs): AttentionRows {
  const { config } = inputs;
  switch (config.mechanism) {
    case "favor":
      return config.localHeads === 0
        ? linearRows(inputs)
        : groupedRows(localRows(inputs, config), linearRows(inputs));
    case "exact":
      return softmaxRows(headsOf(inputs), inputs.direction);
    case "local":
      return windowRows(inputs, config.window);
    case "sparse":
      return softmaxRows(
        headsOf(inputs),
        inputs.direction,
        sparsePattern(config, inputs.projection),
      );
    case "identity":
      return identityRows(inputs);
    case "lsh":
    case "linformer":
      throw new RangeError(
        `attentionRows: expected a mechanism with a map over positions (favor, exact, local, sparse, identity), got "${config.mechanism}", whose map is not recovered; compare the outputs instead`,
      );
    default:
      return config satisfies never;
  }
}

/** Heads of `first` before those of `others`. */
function groupedRows(first: AttentionRows, others: AttentionRows): AttentionRows {
  const [pooledFirst, pooledOthers] = [first.pooled, others.pooled];
  return {
    ...(pooledFirst &&
      pooledOthers && {
        pooled: (rows, columns) =>
          tf.tidy(() => tf.concat([pooledFirst(rows, columns), pooledOthers(rows, columns)], 0)),
      }),
    rows: (start, count) =>
      tf.tidy(() => tf.concat([first.rows(start, count), others.rows(start, count)], 0)),
    dispose() {
      first.dispose();
      others.dispose();
    },
  };
}

/** Of the local heads beside linear attention. */
function localRows(
  { query, key, ...rest }: AttentionInputs,
  { localHeads, localWindow }: Extract<AttentionConfig, { mechanism: "favor" }>,
): AttentionRows {
  const [B, L, , D] = query.shape;
  const cut = (x: tf.Tensor4D) => tf.slice(x, [0, 0, 0, 0], [B, L, localHeads, D]);
  const heads = { query: cut(query), key: cut(key) };
  try {
    return windowRows({ ...rest, ...heads }, localWindow);
  } finally {
    tf.dispose([heads.query, heads.key]);
  }
}

/** Softmax over so many positions on each side of the own one. */
function windowRows(inputs: AttentionInputs, window: number): AttentionRows {
  const { direction } = inputs;
  const heads = headsOf(inputs);
  return {
    ...softmaxRows(heads, direction, ({ distance }) => tf.lessEqual(tf.abs(distance), window)),
    pooled: (rows, columns) => pooledWindow(heads, { window, direction, rows, columns }),
  };
}

function linearRows({ query, key, config, direction, projection }: AttentionInputs): AttentionRows {
  if (!projection) {
    throw new RangeError(
      "attentionRows: expected a projection [M, D] for linear attention, got none; load the model with its projections",
    );
  }
  const made = attentionFeatures(query, key, { config, projection, direction });
  const [Q, K, logScale] = [made.queryFeatures, made.keyFeatures, made.keyLogScale];
  const floor = made.denominatorFloor;
  const [, H, L, M] = K.shape;
  // one scale for all keys: weights are a plain product, divided by their row's sum
  const isProduct = direction === "bidirectional" && logScale === null;
  const pooled = (rows: Bins, columns: Bins) =>
    tf.tidy(() => {
      const ofRows = (x: tf.Tensor4D) =>
        tf.slice(x, [0, 0, rows.start, 0], [1, H, rows.count, x.shape[3]]);
      const queries = ofRows(Q);
      const sum = tf.matMul(queries, tf.sum(K, 2, true), false, true); // [1, H, count, 1]
      const denominator = floor ? holdFromZero(sum, ofRows(floor)) : sum;
      const normalized = tf.divNoNan<tf.Tensor4D>(queries, denominator);
      const means = binMeans(normalized, { ...rows, start: 0 });
      return tf.squeeze<tf.Tensor3D>(tf.matMul(means, binMeans(K, columns), false, true), [0]);
    });
  return {
    ...(isProduct && { pooled }),
    rows: (start, count) =>
      tf.tidy(() => {
        const queries = tf.slice(Q, [0, 0, start, 0], [1, H, count, M]);
        const products = tf.matMul(queries, K, false, true); // [1, H, count, L]
        const scaled = logScale ? tf.mul(products, keyScale(logScale, start, count)) : products;
        const visible = direction === "causal" ? tf.mul(scaled, past(start, count, L)) : scaled;
        const sum = tf.sum(visible, -1, true);
        const denominator = floor
          ? holdFromZero(sum, tf.slice(floor, [0, 0, start, 0], [1, H, count, 1]))
          : sum;
        return tf.reshape<tf.Rank.R3>(tf.divNoNan(visible, denominator), [H, count, L]);
      }),
    dispose: () => tf.dispose([Q, K, ...(logScale ? [logScale] : []), ...(floor ? [floor] : [])]),
  };
}

/**
 * exp(logScale_j - logScale_i), [1, H, count, L], see `AttentionFeatures`. It is at most 1 for the
 * past; the future, which the mask takes out, is held there too, or infinity times zero would follow.
 */
function keyScale(logScale: tf.Tensor4D, start: number, count: number): tf.Tensor {
  const [, H] = logScale.shape;
  const ofRows = tf.slice(logScale, [0, 0, start, 0], [1, H, count, 1]);
  return tf.exp(tf.minimum(tf.sub(tf.transpose(logScale, [0, 1, 3, 2]), ofRows), 0));
}

/** Positions of a block of rows against all columns. */
interface Grid {
  /** Of rows, [count, 1]. */
  readonly row: tf.Tensor2D;
  /** Of columns, [1, L]. */
  readonly column: tf.Tensor2D;
  /** row - column, [count, L]. */
  readonly distance: tf.Tensor2D;
}

/** [count, L] bool: whether a row sees a column, direction and padding aside. */
type Pattern = (grid: Grid) => tf.Tensor2D;

function headsOf({ query, key }: AttentionInputs): SoftmaxHeads {
  const D = query.shape[3];
  return {
    query: tf.tidy(() => tf.transpose(tf.mul(query, D ** -0.5), [0, 2, 1, 3])),
    key: tf.transpose(key, [0, 2, 1, 3]),
  };
}

/** softmax(QKᵀ/√D) over the columns that each row sees; without a pattern, all. */
function softmaxRows(
  { query: Q, key: K }: SoftmaxHeads,
  direction: ModelConfig["direction"],
  sees?: Pattern,
): AttentionRows {
  const [, H, L, D] = Q.shape;
  return {
    rows: (start, count) =>
      tf.tidy(() => {
        const queries = tf.slice(Q, [0, 0, start, 0], [1, H, count, D]);
        let scores: tf.Tensor = tf.matMul(queries, K, false, true); // [1, H, count, L]
        const hide = (seen: tf.Tensor2D) => tf.add(scores, tf.mul(tf.sub(1, seen), -1e30));
        if (sees) scores = hide(tf.cast(sees(grid(start, count, L)), "float32"));
        if (direction === "causal") scores = hide(past(start, count, L));
        return tf.reshape<tf.Rank.R3>(tf.softmax(scores), [H, count, L]);
      }),
    dispose: () => tf.dispose([Q, K]),
  };
}

function identityRows({ query }: AttentionInputs): AttentionRows {
  const [, L, H] = query.shape;
  return {
    rows: (start, count) =>
      tf.tidy(() => {
        const own = tf.cast(tf.equal(grid(start, count, L).distance, 0), "float32");
        return tf.tile(tf.reshape(own, [1, count, L]), [H, 1, 1]) as tf.Tensor3D;
      }),
    dispose: () => undefined,
  };
}

/** Window, global positions and random blocks (docs/math.md, eq. C5), as the attention layer sees them. */
function sparsePattern(
  { window, numGlobal, numRandom }: Extract<AttentionConfig, { mechanism: "sparse" }>,
  blocks: tf.Tensor2D | undefined,
): Pattern {
  if (numRandom > 0 && !blocks) {
    throw new RangeError(
      `attentionRows: expected a projection with ${numRandom} random blocks a row, got none; load the model with its projections`,
    );
  }
  return ({ row, column, distance }) => {
    const sets = [
      tf.lessEqual(tf.abs(distance), window),
      tf.logicalOr(tf.less(row, numGlobal), tf.less(column, numGlobal)),
    ];
    for (let slot = 0; slot < numRandom; slot++) {
      const ofRow = tf.gather(
        tf.slice(blocks as tf.Tensor2D, [0, slot], [-1, 1]),
        tf.cast(tf.reshape(tf.floor(tf.div(row, window)), [-1]), "int32") as tf.Tensor1D,
      );
      sets.push(tf.equal(ofRow, tf.floor(tf.div(column, window))));
    }
    return sets.reduce((a, b) => tf.logicalOr(a, b)) as tf.Tensor2D;
  };
}

function grid(start: number, count: number, L: number): Grid {
  const row = tf.reshape<tf.Rank.R2>(tf.range(start, start + count), [count, 1]);
  const column = tf.reshape<tf.Rank.R2>(tf.range(0, L), [1, L]);
  return { row, column, distance: tf.sub(row, column) };
}

/** [count, L]: 1 where column j is not after row start + i, 0 elsewhere. */
function past(start: number, count: number, L: number): tf.Tensor2D {
  return tf.cast(tf.greaterEqual(grid(start, count, L).distance, 0), "float32");
}
