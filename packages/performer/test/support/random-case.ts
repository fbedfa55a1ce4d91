/**
 * FAVOR+ at random: shapes, projection, direction, padding and chunk are fast-check's, which shrinks
 * a failure; the numbers are drawn from its seed.
 */
import {
  type AttentionOptions,
  attentionFeatures,
  drawProjection,
  holdFromZero,
} from "@performer/performer";
import { createStream, randomKey, splitKey } from "@performer/random";
import {
  AttentionConfig,
  type FeatureMapConfig,
  featureMapKinds,
  projectionKinds,
} from "@performer/schema";
import * as tf from "@tensorflow/tfjs";
import * as fc from "fast-check";
import { DIRECTIONS } from "./attention-cases.ts";

type Kind = FeatureMapConfig["kind"];

export interface RandomCase {
  readonly kind: Kind;
  readonly query: tf.Tensor4D;
  readonly key: tf.Tensor4D;
  readonly value: tf.Tensor4D;
  readonly upstream: tf.Tensor4D;
  readonly options: AttentionOptions;
  /** [B, L] of 0 and 1, which the options have too. */
  readonly paddingMask: tf.Tensor2D;
  /** Of the two sequences, padding excluded. */
  readonly lengths: readonly [number, number];
}

/** The plain numbers of a case; tensors are made inside the test, on its backend. */
const choice = fc
  .record({
    projection: fc.constantFrom(...projectionKinds),
    direction: fc.constantFrom(...DIRECTIONS),
    L: fc.integer({ min: 1, max: 13 }),
    H: fc.integer({ min: 1, max: 2 }),
    D: fc.integer({ min: 1, max: 5 }),
    numFeatures: fc.integer({ min: 1, max: 9 }),
    chunkSize: fc.integer({ min: 1, max: 16 }),
    seed: fc.nat(),
  })
  .chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      // one row may be all padding
      lengths: fc.tuple(fc.integer({ min: 0, max: shape.L }), fc.integer({ min: 1, max: shape.L })),
    }),
  );
type Choice = typeof choice extends fc.Arbitrary<infer T> ? T : never;

/**
 * Checks a law on random cases of one feature map. The seed is fixed, as a test that fails now and then
 * is no test, and another one for each map: a dozen runs a map are more than a hundred a law.
 */
export function forRandomCases(kind: Kind, law: (one: RandomCase) => void, numRuns = 12): void {
  fc.assert(
    fc.property(choice, (drawn) => {
      tf.tidy(() => law(createCase(kind, drawn)));
    }),
    { seed: 20_251_125 + featureMapKinds.indexOf(kind), numRuns },
  );
}

function createCase(kind: Kind, { shape, lengths }: Choice): RandomCase {
  const { L, H, D, seed, direction } = shape;
  const normal = (name: string) => {
    const stream = createStream(splitKey(randomKey(seed), name));
    const values = Float32Array.from({ length: 2 * L * H * D }, () => stream.normal());
    return tf.tensor4d(values, [2, L, H, D]);
  };
  const takesPart = lengths.map((length) =>
    Array.from({ length: L }, (_, i) => Number(i < length)),
  );
  const paddingMask = tf.tensor2d(takesPart, [2, L], "float32");
  return {
    kind,
    query: normal("query"),
    key: normal("key"),
    value: normal("value"),
    upstream: normal("upstream"),
    lengths,
    paddingMask,
    options: {
      config: AttentionConfig.parse({
        mechanism: "favor",
        featureMap: { kind },
        projection: shape.projection,
        numFeatures: shape.numFeatures,
        chunkSize: shape.chunkSize,
      }),
      direction,
      projection: drawProjection(
        shape.projection,
        { numFeatures: shape.numFeatures, headSize: D },
        splitKey(randomKey(seed), "projection"),
      ),
      paddingMask,
    },
  };
}

/** What the features of a case say that attention is, as a matrix that linear attention never forms. */
export interface ImpliedMatrix {
  /** [B, H, L, L], rows of masked queries included. */
  readonly matrix: tf.Tensor4D;
  /**
   * [B, L, H, 1]: |denominator| relative to what it would be without cancellation, 1 for positive
   * features. Two ways of computing a row agree to float32 divided by this.
   */
  readonly share: tf.Tensor4D;
}

/** docs/math.md, eq. 9 and 10. */
export function impliedMatrix({ query, key, options }: RandomCase): ImpliedMatrix {
  const { projection, direction } = options;
  const made = attentionFeatures(query, key, { ...options, projection: projection as tf.Tensor2D });
  const { queryFeatures, keyFeatures, keyLogScale, denominatorFloor } = made;
  let weights = tf.matMul(queryFeatures, keyFeatures, false, true);
  if (keyLogScale) {
    const later = tf.transpose(keyLogScale, [0, 1, 3, 2]);
    weights = tf.mul(weights, tf.exp(tf.minimum(tf.sub(later, keyLogScale), 0)));
  }
  if (direction === "causal") weights = tf.linalg.bandPart(weights, -1, 0);
  const total = tf.sum(weights, -1, true); // [B, H, L, 1]
  const held = denominatorFloor ? holdFromZero(total, denominatorFloor) : total;
  const share = denominatorFloor
    ? tf.divNoNan(tf.abs(total), tf.mul(denominatorFloor, 1000))
    : tf.onesLike(total);
  return {
    matrix: tf.divNoNan(weights, held) as tf.Tensor4D,
    share: tf.transpose(share, [0, 2, 1, 3]) as tf.Tensor4D,
  };
}
