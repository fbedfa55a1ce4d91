/**
 * A linear probe: multinomial logistic regression with an L2 penalty on standardised features. It is as
 * plain as a classifier gets, so that what it finds was in the features; products of matrices run on the
 * tfjs backend that is set, the search for the minimum in double precision (minimize.ts).
 *
 * The loss is mean cross-entropy + penalty / 2 · Σ W², the bias being free: scikit-learn's
 * LogisticRegression with C = 1 / (N · penalty).
 */
import * as tf from "@tensorflow/tfjs-core";
import { featureCount, type LabelledFeatures } from "./labelled-features.ts";
import { type Evaluation, type MinimizeOptions, type Minimum, minimize } from "./minimize.ts";
import { columnScales, standardizeColumns } from "./standardize-columns.ts";

export interface LogisticRegressionOptions extends MinimizeOptions {
  /** K, two or more. */
  readonly classes: number;
  /** Above zero: the minimum is unique. */
  readonly penalty: number;
}

export interface LogisticRegression {
  /** [D × K] row-major, of the features as they are given. */
  readonly weights: Float32Array;
  /** [K] */
  readonly bias: Float32Array;
  readonly iterations: number;
  readonly stopped: Minimum["stopped"];
}

/** @throws {RangeError} where labels are no classes, a feature is not finite, or an option makes no sense. */
export async function fitLogisticRegression(
  data: LabelledFeatures,
  { classes, penalty, ...options }: LogisticRegressionOptions,
): Promise<LogisticRegression> {
  const columns = featureCount(data);
  assertOptions(data.labels, classes, penalty);
  const scales = columnScales(data.features, columns);
  const features = tf.tensor2d(standardizeColumns(data.features, scales), [
    data.labels.length,
    columns,
  ]);
  const targets = tf.tidy(() =>
    tf.oneHot(tf.tensor1d(data.labels, "int32"), classes, 1, 0, "float32"),
  );
  try {
    const evaluate = (point: Float64Array) =>
      penalizedLoss(features, targets as tf.Tensor2D, point, penalty);
    const start = new Float64Array((columns + 1) * classes);
    const { point, iterations, stopped } = await minimize(evaluate, start, options);
    return { ...unscale(point, scales, classes), iterations, stopped };
  } finally {
    tf.dispose([features, targets]);
  }
}

/** @param point [(D + 1) × K]: weights, then the bias. */
async function penalizedLoss(
  features: tf.Tensor2D,
  targets: tf.Tensor2D,
  point: Float64Array,
  penalty: number,
): Promise<Evaluation> {
  const [N, D] = features.shape;
  const K = targets.shape[1];
  const [loss, gradient] = tf.tidy(() => {
    const parameters = tf.tensor2d(Float32Array.from(point), [D + 1, K]);
    const weights = tf.slice(parameters, [0, 0], [D, K]);
    const bias = tf.slice(parameters, [D, 0], [1, K]);
    const logits = tf.add(tf.matMul(features, weights), bias) as tf.Tensor2D;
    const logProb = tf.logSoftmax(logits);
    const crossEntropy = tf.neg(tf.sum(tf.mul(targets, logProb)));
    const error = tf.div(tf.sub(tf.exp(logProb), targets), N) as tf.Tensor2D; // [N, K]
    const parts = [tf.matMul(features, error, true), tf.sum(error, 0, true)];
    return [tf.div(crossEntropy, N), tf.concat(parts as tf.Tensor2D[])];
  });
  try {
    const [value, slopes] = await Promise.all([loss.data(), gradient.data()]);
    let square = 0;
    const full = Float64Array.from(slopes, (slope, i) => {
      if (i >= D * K) return slope;
      square += (point[i] as number) ** 2;
      return slope + penalty * (point[i] as number);
    });
    return { value: (value[0] as number) + (penalty / 2) * square, gradient: full };
  } finally {
    tf.dispose([loss, gradient]);
  }
}

/** Weights of standardised columns as weights of the columns themselves. */
function unscale(
  point: Float64Array,
  { means, deviations }: ReturnType<typeof columnScales>,
  classes: number,
): Pick<LogisticRegression, "weights" | "bias"> {
  const columns = means.length;
  const bias = point.slice(columns * classes);
  const weights = new Float32Array(columns * classes);
  for (let i = 0; i < weights.length; i++) {
    const column = Math.floor(i / classes);
    const weight = (point[i] as number) / (deviations[column] as number);
    weights[i] = weight;
    bias[i % classes] = (bias[i % classes] as number) - weight * (means[column] as number);
  }
  return { weights, bias: Float32Array.from(bias) };
}

/** The most probable class of each row of `features` [N × D]. */
export async function classify(
  { weights, bias }: Pick<LogisticRegression, "weights" | "bias">,
  features: Float32Array,
): Promise<Uint8Array> {
  const K = bias.length;
  const D = weights.length / K;
  const classes = tf.tidy(() => {
    const logits = tf.matMul(
      tf.tensor2d(features, [features.length / D, D]),
      tf.tensor2d(weights, [D, K]),
    );
    return tf.argMax(tf.add(logits, tf.tensor1d(bias)), 1);
  });
  try {
    return Uint8Array.from(await classes.data());
  } finally {
    classes.dispose();
  }
}

function assertOptions(labels: Uint8Array, classes: number, penalty: number): void {
  if (!(Number.isInteger(classes) && classes >= 2)) {
    throw new RangeError(`fitLogisticRegression: expected two classes or more, got ${classes}`);
  }
  if (!(penalty > 0)) {
    throw new RangeError(`fitLogisticRegression: expected a penalty above 0, got ${penalty}`);
  }
  const fault = labels.findIndex((label) => label >= classes);
  if (fault >= 0) {
    throw new RangeError(
      `fitLogisticRegression: expected labels from 0 to ${classes - 1}, got ${labels[fault]} at ${fault}`,
    );
  }
}
