/**
 * Errors of random features against exact softmax attention, on the code that the model runs: features
 * from `attentionFeatures`, outputs and matrices formed here. Matrices of L × L are looked at in blocks
 * of rows, so memory stays at a few blocks.
 */
import { attentionFeatures, drawProjection } from "@performer/performer";
import { createStream, type RandomKey, randomKey, splitKey } from "@performer/random";
import { AttentionConfig } from "@performer/schema";
import { loadRuntime } from "@performer/tensorflow";
import * as tf from "@tensorflow/tfjs-core";
import type { ExperimentContext, ExperimentProgress } from "../framework/experiment.ts";
import {
  type ApproximationPoint,
  type ApproximationResult,
  type FeatureKind,
  featureKinds,
  samplings,
} from "./result.ts";

interface Parameters {
  readonly length: number;
  readonly headSize: number;
  readonly samples: readonly number[];
  readonly scales: readonly number[];
  readonly draws: number;
  readonly seed: number;
}

const BLOCK_ROWS = 512;

export async function* measureApproximation(
  parameters: Parameters,
  { root, previous }: ExperimentContext<ApproximationResult>,
): AsyncGenerator<ExperimentProgress<ApproximationResult>, ApproximationResult> {
  await loadRuntime({ root });
  const { draws, scales, seed } = parameters;
  let result = previous ?? { drawsDone: 0, points: [] };
  for (let draw = result.drawsDone; draw < draws; draw++) {
    const key = splitKey(randomKey(seed), "draw", draw);
    const points: ApproximationPoint[] = [];
    for (const [index, scale] of scales.entries()) {
      yield {
        done: draw * scales.length + index,
        total: draws * scales.length,
        label: `draw ${draw + 1} of ${draws}, entries N(0, ${scale}²)`,
      };
      points.push(...measureDraw(parameters, scale, key));
    }
    result = { drawsDone: draw + 1, points: merge(result.points, points) };
    const done = (draw + 1) * scales.length;
    yield { done, total: draws * scales.length, label: `draw ${draw + 1} done`, partial: result };
  }
  return result;
}

/** Errors of one draw join the lists of the draws before it. */
function merge(
  before: readonly ApproximationPoint[],
  points: readonly ApproximationPoint[],
): ApproximationPoint[] {
  return points.map((point, index) => ({
    ...point,
    outputErrors: [...(before[index]?.outputErrors ?? []), ...point.outputErrors],
    matrixErrors: [...(before[index]?.matrixErrors ?? []), ...point.matrixErrors],
  }));
}

/** Every feature map, projection and M on the same query, key and value. */
function measureDraw(
  { length, headSize, samples }: Parameters,
  scale: number,
  key: RandomKey,
): ApproximationPoint[] {
  return tf.tidy(() => {
    const normal = (name: string, deviation: number) => {
      const stream = createStream(splitKey(key, name));
      const values = Float32Array.from(
        { length: length * headSize },
        () => deviation * stream.normal(),
      );
      return tf.tensor4d(values, [1, length, 1, headSize]);
    };
    const inputs = {
      query: normal("query", scale),
      key: normal("key", scale),
      value: normal("value", 1),
    };
    return featureKinds.flatMap((features) =>
      samplings.flatMap((projection) =>
        samples.map((count) => {
          const size = { numFeatures: count, headSize };
          const weights = drawProjection(projection, size, splitKey(key, "W", projection, count));
          const errors = approximationErrors(inputs, features, weights);
          weights.dispose();
          return {
            features,
            projection,
            samples: count,
            scale,
            outputErrors: [errors.output],
            matrixErrors: [errors.matrix],
          };
        }),
      ),
    );
  });
}

interface Inputs {
  /** [1, L, 1, D] */
  readonly query: tf.Tensor4D;
  readonly key: tf.Tensor4D;
  readonly value: tf.Tensor4D;
}

function approximationErrors(
  inputs: Inputs,
  features: FeatureKind,
  projection: tf.Tensor2D,
): { output: number; matrix: number } {
  const [, L, , D] = inputs.query.shape;
  const sums = { output: 0, matrix: 0, exact: 0 };
  tf.tidy(() => {
    const config = AttentionConfig.parse({ mechanism: "favor", featureMap: { kind: features } });
    const { queryFeatures, keyFeatures } = attentionFeatures(inputs.query, inputs.key, {
      config,
      projection,
    });
    const flat = (x: tf.Tensor4D) => tf.reshape(x, [L, -1]) as tf.Tensor2D;
    const [phiQ, phiK] = [flat(queryFeatures), flat(keyFeatures)];
    const [q, k, v] = [flat(inputs.query), flat(inputs.key), flat(inputs.value)];
    for (let row = 0; row < L; row += BLOCK_ROWS) {
      const rows = Math.min(BLOCK_ROWS, L - row);
      tf.tidy(() => {
        const block = (x: tf.Tensor2D) => tf.slice(x, [row, 0], [rows, -1]);
        const exact = tf.softmax(tf.mul(tf.matMul(block(q), k, false, true), D ** -0.5));
        const weights = tf.matMul(block(phiQ), phiK, false, true);
        const approximate = tf.div(weights, tf.sum(weights, -1, true));
        const difference = tf.sub(approximate, exact) as tf.Tensor2D;
        sums.matrix += squares(difference);
        sums.exact += squares(exact);
        sums.output += squares(tf.matMul(difference, v));
      });
    }
  });
  return { output: sums.output / (L * D), matrix: sums.matrix / sums.exact };
}

/** Sum of squares as a number. */
const squares = (x: tf.Tensor): number => tf.sum(tf.square(x)).dataSync()[0] as number;
