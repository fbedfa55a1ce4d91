/**
 * Muon (Jordan et al., 2024): the direction of a kernel is the orthogonal matrix that is nearest to
 * its averaged gradient, so that every direction of the kernel moves by the same amount.
 */
import * as tf from "@tensorflow/tfjs-core";
import { type GradientTransform, mapTensors, tensorNamed } from "./transform.ts";

/** a, b, c of x ↦ a x + b x³ + c x⁵, which five times over takes (0, 1] to about (0.7, 1.2). */
const QUINTIC = [3.4445, -4.775, 2.0315] as const;
const ITERATIONS = 5;

/**
 * Root mean square of an update at rate 1, that of a usual update of Adam: both kinds of parameter
 * then take one learning rate and one weight decay (Liu et al., 2025, "Muon is scalable", 2.2).
 */
const ROOT_MEAN_SQUARE = 0.2;

export interface MuonUpdate {
  /** Of the shape of the gradient, without the learning rate. */
  readonly direction: tf.Tensor;
  /** momentum · average + (1 − momentum) · gradient */
  readonly average: tf.Tensor;
}

/** One update of one kernel [rows, columns]; `average` is that of the update before, zeros at first. */
export function muonUpdate(gradient: tf.Tensor, average: tf.Tensor, momentum: number): MuonUpdate {
  const blend = (past: tf.Tensor) => tf.add(tf.mul(past, momentum), tf.mul(gradient, 1 - momentum));
  const blended = blend(average);
  // Nesterov's look ahead: the gradient counts once more
  const ahead = orthogonalize(blend(blended) as tf.Tensor2D);
  const scale = ROOT_MEAN_SQUARE * Math.sqrt(Math.max(...gradient.shape));
  return { direction: tf.mul(ahead, scale), average: blended };
}

/**
 * Nearly U Vᵀ of the singular value decomposition U S Vᵀ, by Newton and Schulz's iteration with
 * coefficients that are steep at zero: singular values end between about 0.7 and 1.2. Zero stays zero.
 */
export function orthogonalize(matrix: tf.Tensor2D): tf.Tensor2D {
  const [rows, columns] = matrix.shape;
  // the small side is the one whose products are taken
  const wide = rows <= columns ? matrix : tf.transpose(matrix);
  const norm = tf.sqrt(tf.sum(tf.square(wide)));
  let x = tf.div(wide, tf.add(norm, 1e-7)) as tf.Tensor2D;
  const [a, b, c] = QUINTIC;
  for (let count = 0; count < ITERATIONS; count++) {
    const square = tf.matMul(x, x, false, true);
    const polynomial = tf.add(tf.mul(square, b), tf.mul(tf.matMul(square, square), c));
    x = tf.add(tf.mul(x, a), tf.matMul(polynomial as tf.Tensor2D, x)) as tf.Tensor2D;
  }
  return rows <= columns ? x : tf.transpose(x);
}

/** Muon's directions; the averages are kept as slots "momentum". Every parameter is a matrix. */
export function scaleByMuon(momentum: number): GradientTransform {
  return {
    init: (parameters) => ({
      momentum: mapTensors(parameters, (parameter) => tf.zerosLike(parameter)),
    }),
    update: (updates, state) => {
      const results = Object.entries(updates).map(([name, gradient]) => {
        const average = tensorNamed(state["momentum"], name);
        return [name, muonUpdate(gradient, average, momentum)] as const;
      });
      return {
        updates: Object.fromEntries(results.map(([name, { direction }]) => [name, direction])),
        state: {
          momentum: Object.fromEntries(results.map(([name, { average }]) => [name, average])),
        },
      };
    },
  };
}
