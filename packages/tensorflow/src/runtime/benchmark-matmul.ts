/** Speed of a square matrix product on the loaded backend: the figure that says what a machine can do. */
import * as tf from "@tensorflow/tfjs-core";

export interface MatmulBenchmark {
  /** Rows and columns of the matrices. */
  readonly size: number;
  readonly products: number;
  readonly seconds: number;
  /** 10⁹ float32 additions and multiplications a second. */
  readonly gigaflops: number;
}

/** A group of products is grown until reading its result back is a small part of its time. */
const MINIMUM_GROUP_MS = 50;

/** Multiplies float32 matrices for about `durationMs`, after one product of warm-up. */
export function benchmarkMatmul({ size = 1024, durationMs = 1000 } = {}): MatmulBenchmark {
  const left = tf.randomUniform<tf.Rank.R2>([size, size], -1, 1, "float32", 1);
  const right = tf.randomUniform<tf.Rank.R2>([size, size], -1, 1, "float32", 2);
  try {
    multiply(left, right, 1);
    let group = 1;
    let products = 0;
    const start = performance.now();
    let elapsed = 0;
    while (elapsed < durationMs) {
      multiply(left, right, group);
      products += group;
      const now = performance.now() - start;
      if (now - elapsed < MINIMUM_GROUP_MS) group *= 2;
      elapsed = now;
    }
    const seconds = elapsed / 1000;
    return { size, products, seconds, gigaflops: (2 * size ** 3 * products) / seconds / 1e9 };
  } finally {
    left.dispose();
    right.dispose();
  }
}

/** Reads one number of the last product, so that a device which works behind our back has ended. */
function multiply(left: tf.Tensor2D, right: tf.Tensor2D, times: number): void {
  tf.tidy(() => {
    for (let index = 1; index < times; index++) tf.matMul(left, right).dispose();
    tf.matMul(left, right).slice([0, 0], [1, 1]).dataSync();
  });
}
