/**
 * Rows of the attention map that a mechanism implies (Choromanski et al. 2021, appendix C.4):
 * A = D̂⁻¹ Q'K'ᵀ for linear attention, in causal order its lower triangle with denominators of the
 * causal sums; softmax(QKᵀ/√D) over the keys that exact or local attention sees. Features are made
 * once; rows come in blocks, each normalised by its own sum, so memory is linear in L where whole maps
 * would be quadratic.
 */
import { attentionFeatures, holdFromZero } from "@performer/performer";
import type { AttentionConfig, ModelConfig } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";

export interface AttentionInputs {
  /** [1, L, H, D] */
  readonly query: tf.Tensor4D;
  readonly key: tf.Tensor4D;
  readonly config: AttentionConfig;
  readonly direction: ModelConfig["direction"];
  /** W [M, D] of linear attention. */
  readonly projection: tf.Tensor2D | undefined;
}

export interface AttentionRows {
  /** Rows start..start + count over all L columns, [H, count, L]; each sums to 1, except for
   * features of any sign where weights cancel to almost nothing. */
  rows(start: number, count: number): tf.Tensor3D;
  dispose(): void;
}

/** @throws {RangeError} where linear attention comes without its projection. */
export function attentionRows(inputs: AttentionInputs): AttentionRows {
  const { config } = inputs;
  switch (config.mechanism) {
    case "favor":
      return linearRows(inputs);
    case "exact":
      return softmaxRows(inputs);
    case "local":
      return softmaxRows(inputs, (distance) => tf.lessEqual(tf.abs(distance), config.window));
    case "identity":
      return identityRows(inputs);
    default:
      return config satisfies never;
  }
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
  return {
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

/** @param sees whether a row sees a column, from the distance i - j; default: each sees all. */
function softmaxRows(
  { query, key, direction }: AttentionInputs,
  sees?: (distance: tf.Tensor2D) => tf.Tensor2D,
): AttentionRows {
  const [, L, H, D] = query.shape;
  const [Q, K] = tf.tidy(() => [
    tf.transpose(tf.mul(query, D ** -0.5), [0, 2, 1, 3]),
    tf.transpose(key, [0, 2, 1, 3]),
  ]) as [tf.Tensor4D, tf.Tensor4D];
  return {
    rows: (start, count) =>
      tf.tidy(() => {
        const queries = tf.slice(Q, [0, 0, start, 0], [1, H, count, D]);
        let scores: tf.Tensor = tf.matMul(queries, K, false, true); // [1, H, count, L]
        const hide = (seen: tf.Tensor2D) => tf.add(scores, tf.mul(tf.sub(1, seen), -1e30));
        if (sees) scores = hide(tf.cast(sees(distances(start, count, L)), "float32"));
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
        const own = tf.cast(tf.equal(distances(start, count, L), 0), "float32");
        return tf.tile(tf.reshape(own, [1, count, L]), [H, 1, 1]) as tf.Tensor3D;
      }),
    dispose: () => undefined,
  };
}

/** [count, L]: row start + i less column j. */
function distances(start: number, count: number, L: number): tf.Tensor2D {
  const rows = tf.reshape(tf.range(start, start + count), [count, 1]);
  return tf.sub(rows, tf.reshape(tf.range(0, L), [1, L]));
}

/** [count, L]: 1 where column j is not after row start + i, 0 elsewhere. */
function past(start: number, count: number, L: number): tf.Tensor2D {
  return tf.cast(tf.greaterEqual(distances(start, count, L), 0), "float32");
}
