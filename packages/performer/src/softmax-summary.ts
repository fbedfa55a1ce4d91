/**
 * The softmax over very many keys, outside any model: how large its normaliser is, and the mean of
 * values that it weighs, at a cost a query that does not depend on the number of keys (docs/math.md,
 * eq. S1-S4). Keys are read once, in pieces of any size, and need not be kept: for instance the items
 * of a catalogue against the vectors of users.
 *
 * Positive random features without a stabiliser, so that the normaliser is unbiased. Orthogonal blocks
 * of features are independent estimates; their spread gives a standard error with each answer. Both
 * are good where |q|² and |k|² are of the order of `scale` or below. For longer vectors few features
 * carry the sum: errors are large, skewed, and underestimated by their spread.
 */
import * as tf from "@tensorflow/tfjs-core";

export interface SoftmaxSummary {
  /** W [M, D], the caller's: not freed by `disposeSummary`. */
  readonly projection: tf.Tensor2D;
  /** s of exp(q·k / s). */
  readonly scale: number;
  /** Keys so far. */
  readonly count: number;
  /** Σ_j exp(h_m(k_j) - a_m) [v_j, 1], [M, V + 1] */
  readonly sums: tf.Tensor2D;
  /** a_m = max_j h_m(k_j), [M, 1]: every feature has a scale of its own, so none is lost to rounding. */
  readonly logScale: tf.Tensor2D;
}

export interface SummaryOptions {
  /**
   * W [M, D] of `drawProjection("orthogonal", …)`, M a multiple of D and 2 D at least: the M / D blocks
   * are the sample of the error estimate, so 8 or more are wanted.
   */
  readonly projection: tf.Tensor2D;
  /** V, the length of a value. */
  readonly valueSize: number;
  /** s of exp(q·k / s); default √D, as in attention. */
  readonly scale?: number;
}

export interface SummaryAnswers {
  /** log Σ_j exp(q·k_j / s), [Q]. Its exponential is unbiased. */
  readonly logNormalizer: tf.Tensor1D;
  /** Standard error of the normaliser divided by the normaliser, [Q]. */
  readonly relativeError: tf.Tensor1D;
  /** Σ_j softmax_j v_j, [Q, V] */
  readonly mean: tf.Tensor2D;
  /** Standard error of `mean`, [Q, V]. An interval takes Student's t with M / D - 1 degrees of freedom. */
  readonly meanError: tf.Tensor2D;
}

/** The scale of an empty sum: below every real one, yet finite, so that differences are no NaN. */
const NOTHING_YET = -1e30;

/**
 * A summary of no keys. Free it, and each that `addToSummary` makes, with `disposeSummary`.
 *
 * @example
 * const projection = drawProjection("orthogonal", { numFeatures: 16 * D, headSize: D }, key);
 * let items = createSoftmaxSummary({ projection, valueSize: V });
 * for await (const { keys, values } of pieces) {
 *   const before = items;
 *   items = addToSummary(before, keys, values);
 *   disposeSummary(before);
 * }
 * const { logNormalizer, relativeError, mean, meanError } = querySummary(items, users);
 *
 * @throws {RangeError} where W gives fewer than two whole blocks, or a size is wrong.
 */
export function createSoftmaxSummary({
  projection,
  valueSize,
  scale = Math.sqrt(projection.shape[1]),
}: SummaryOptions): SoftmaxSummary {
  const [M, D] = projection.shape;
  if (M % D !== 0 || M < 2 * D) {
    throw new RangeError(
      `createSoftmaxSummary: expected a projection [M, ${D}] with M a multiple of ${D}, 2 × ${D} at least, got M ${M}; draw "orthogonal" with such a numFeatures`,
    );
  }
  if (!Number.isInteger(valueSize) || valueSize < 1) {
    throw new RangeError(`createSoftmaxSummary: expected valueSize of 1 or more, got ${valueSize}`);
  }
  if (!(scale > 0 && Number.isFinite(scale))) {
    throw new RangeError(`createSoftmaxSummary: expected a scale above 0, got ${scale}`);
  }
  return {
    projection,
    scale,
    count: 0,
    sums: tf.zeros([M, valueSize + 1]),
    logScale: tf.fill([M, 1], NOTHING_YET),
  };
}

/**
 * The summary with further keys [K, D] and their values [K, V]; the one given stays as it is. Takes
 * O(K M (D + V)) time and O(K M) memory: hand many keys over in pieces.
 * @throws {RangeError} where the shapes do not fit.
 */
export function addToSummary(
  summary: SoftmaxSummary,
  keys: tf.Tensor2D,
  values: tf.Tensor2D,
): SoftmaxSummary {
  const [K] = keys.shape;
  assertShape("addToSummary", "keys", keys, [K, summary.projection.shape[1]]);
  assertShape("addToSummary", "values", values, [K, summary.sums.shape[1] - 1]);
  const [sums, logScale] = tf.tidy(() => {
    const exponents = tf.transpose(featureExponents(summary, keys)); // [M, K]
    const latest = tf.maximum<tf.Tensor2D>(summary.logScale, tf.max(exponents, 1, true));
    const weights = tf.exp<tf.Tensor2D>(tf.sub(exponents, latest)); // at most 1
    const kept = tf.mul(summary.sums, tf.exp(tf.sub(summary.logScale, latest)));
    const extended = tf.concat([values, tf.ones<tf.Rank.R2>([K, 1])], 1);
    return [tf.add<tf.Tensor2D>(kept, tf.matMul(weights, extended)), latest] as const;
  }) as readonly [tf.Tensor2D, tf.Tensor2D];
  return { ...summary, count: summary.count + K, sums, logScale };
}

/**
 * What the softmax over all keys says to queries [Q, D], in O(Q M (D + V)).
 * @throws {RangeError} where the summary has no keys, or the shapes do not fit.
 */
export function querySummary(summary: SoftmaxSummary, queries: tf.Tensor2D): SummaryAnswers {
  const { projection, sums, logScale, count } = summary;
  if (count === 0) throw new RangeError("querySummary: expected a summary with keys, got none");
  const [Q] = queries.shape;
  const [M, D] = projection.shape;
  assertShape("querySummary", "queries", queries, [Q, D]);
  const V = sums.shape[1] - 1;
  const G = M / D;
  return tf.tidy(() => {
    const exponents = tf.add(featureExponents(summary, queries), tf.reshape(logScale, [1, M]));
    const largest = tf.max<tf.Tensor2D>(exponents, 1, true); // [Q, 1]
    const features = tf.exp<tf.Tensor2D>(tf.sub(exponents, largest));
    const byBlock = tf.transpose(tf.reshape<tf.Rank.R3>(features, [Q, G, D]), [1, 0, 2]);
    const estimates = tf.matMul(byBlock, tf.reshape<tf.Rank.R3>(sums, [G, D, V + 1])); // [G, Q, V + 1]
    const numerators = tf.slice(estimates, [0, 0, 0], [G, Q, V]);
    const denominators = tf.slice(estimates, [0, 0, V], [G, Q, 1]);

    const total = tf.sum<tf.Tensor2D>(denominators, 0); // [Q, 1]
    const mean = tf.div<tf.Tensor2D>(tf.sum(numerators, 0), total);
    const deviations = tf.sub(denominators, tf.div(total, G));
    const residuals = tf.sub(numerators, tf.mul(mean, denominators));
    const normalizer = tf.mul(total, 1 / M);
    return {
      logNormalizer: tf.reshape<tf.Rank.R1>(tf.add(tf.log(normalizer), largest), [Q]),
      relativeError: tf.reshape<tf.Rank.R1>(spread(deviations, total), [Q]),
      mean,
      meanError: spread(residuals, total) as tf.Tensor2D,
    };
  });
}

/** Frees what the summary holds, not the projection. */
export function disposeSummary({ sums, logScale }: SoftmaxSummary): void {
  tf.dispose([sums, logScale]);
}

/** h_m(x) = w_m·x / √s - |x|² / 2s for each row of x [N, D], [N, M]. */
function featureExponents({ projection, scale }: SoftmaxSummary, x: tf.Tensor2D): tf.Tensor2D {
  const products = tf.matMul(tf.mul<tf.Tensor2D>(x, scale ** -0.5), projection, false, true);
  return tf.sub(products, tf.mul(tf.sum(tf.square(x), 1, true), 0.5 / scale));
}

/** Standard error of Σ_g x_g / total from its deviations [G, Q, ·] by block, G blocks being the sample. */
function spread(deviations: tf.Tensor, total: tf.Tensor): tf.Tensor {
  const G = deviations.shape[0] as number;
  const squares = tf.sum(tf.square(deviations), 0);
  return tf.div(tf.sqrt(tf.mul(squares, G / (G - 1))), total);
}

function assertShape(
  caller: string,
  name: string,
  { shape }: tf.Tensor,
  expected: readonly number[],
): void {
  if (shape.join() !== expected.join()) {
    throw new RangeError(`${caller}: expected ${name} [${expected}], got [${shape}]`);
  }
}
