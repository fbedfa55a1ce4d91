/** The loss: sums, not means, so that batches of different weight combine exactly (docs/math.md, eq. 14). */
import * as tf from "@tensorflow/tfjs-core";
import { floatOneHot } from "./one-hot.ts";

export interface CrossEntropy {
  /** Σ mask · -log p(target), nats. */
  readonly lossSum: tf.Scalar;
  /** Σ mask */
  readonly weightSum: tf.Scalar;
  /** Σ mask · [argmax = target] */
  readonly correctSum: tf.Scalar;
}

/** logits [B, L, V], targets [B, L] int32, lossMask [B, L] float32. Differentiable in the logits through lossSum. */
export function crossEntropy(
  logits: tf.Tensor3D,
  targets: tf.Tensor2D,
  lossMask: tf.Tensor2D,
): CrossEntropy {
  const [B, L, V] = logits.shape;
  for (const [name, { shape }] of Object.entries({ targets, lossMask })) {
    if (shape[0] !== B || shape[1] !== L) {
      throw new RangeError(`crossEntropy: expected ${name} [${B}, ${L}], got [${shape}]`);
    }
  }
  return tf.tidy(() => {
    const oneHot = floatOneHot(targets, V);
    const targetLogProb = tf.sum(tf.mul(oneHot, tf.logSoftmax(logits)), -1); // [B, L]
    const isCorrect = tf.cast(tf.equal(tf.argMax(logits, -1), targets), "float32");
    return {
      lossSum: tf.neg(tf.sum<tf.Scalar>(tf.mul(targetLogProb, lossMask))),
      weightSum: tf.sum<tf.Scalar>(lossMask),
      correctSum: tf.sum<tf.Scalar>(tf.mul(isCorrect, lossMask)),
    };
  });
}
