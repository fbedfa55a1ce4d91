/**
 * FAVOR+ one position at a time (docs/math.md, eq. D1-D3): the state is the sum of outer products over
 * all positions before, so that a step costs O(M D) time and memory whatever the position.
 */
import * as tf from "@tensorflow/tfjs-core";
import { featureNorm, floorOf } from "../denominator-floor.ts";
import { appendOne } from "../favor-attention.ts";
import type { FeatureMap, KeyFeatures } from "../feature-map.ts";
import { normalizeSums } from "../normalize.ts";
import type { LayerState, Recurrence } from "./recurrence.ts";

export interface FavorRecurrenceOptions {
  readonly featureMap: FeatureMap;
  /** W [M, D] */
  readonly projection: tf.Tensor2D;
  readonly numHeads: number;
  /** D */
  readonly headSize: number;
}

type FavorState = {
  readonly sum: tf.Tensor4D;
  readonly logScale?: tf.Tensor4D;
  readonly keyNorms?: tf.Tensor4D;
};

/** The scale of an empty sum: below every real one, yet finite, so that differences are no NaN. */
const NOTHING_YET = -1e30;

/**
 * State: `sum` [B, H, D + 1, M] and, for kernels with a running constant, `logScale` [B, H, 1, 1]: the
 * sum counts exp(logScale) times. For features of any sign also `keyNorms` [B, H, 1, 1], the sum of their
 * norms at the same scale, from which the floor of the denominator follows (eq. 7a).
 */
export function favorRecurrence({
  featureMap,
  projection,
  numHeads: H,
  headSize: D,
}: FavorRecurrenceOptions): Recurrence {
  const keyFeatures = (key: tf.Tensor4D) =>
    featureMap.keyFeatures(key, projection, { direction: "causal", mask: null });
  const offsetOf = (features: tf.Tensor4D) => featureMap.offset(features.shape[3]);

  const isSigned = featureMap.sign === "any";

  return {
    start(B) {
      // the features of any key tell how many there are, and whether they carry a scale
      const { features, logScale } = keyFeatures(tf.zeros([B, H, 1, D]));
      return {
        sum: tf.zeros<tf.Rank.R4>([B, H, D + 1, features.shape[3]]),
        ...(logScale && { logScale: tf.fill<tf.Rank.R4>([B, H, 1, 1], NOTHING_YET) }),
        ...(isSigned && { keyNorms: tf.zeros<tf.Rank.R4>([B, H, 1, 1]) }),
      };
    },

    step(state, { query, key, value }) {
      const raw = featureMap.queryFeatures(query, projection);
      const offset = offsetOf(raw);
      const queryFeatures = tf.add<tf.Tensor4D>(raw, offset);
      const next = addKey(state, keyFeatures(key), appendOne(value, null), offset);
      const sums = tf.matMul<tf.Tensor4D>(queryFeatures, next.sum, false, true); // [B, H, 1, D + 1]
      const { keyNorms } = next;
      const floor = keyNorms === undefined ? null : () => floorOf(queryFeatures, keyNorms);
      return { output: normalizeSums(sums, null, floor), state: next };
    },

    absorb(key, value) {
      const { features, logScale } = keyFeatures(key);
      const phi = tf.add<tf.Tensor4D>(features, offsetOf(features));
      const extended = appendOne(value, null);
      const [B, , L] = key.shape;
      const last = logScale && tf.slice(logScale, [0, 0, L - 1, 0], [B, H, 1, 1]);
      const weigh = (x: tf.Tensor4D): tf.Tensor4D =>
        logScale && last ? tf.mul(x, tf.exp(tf.sub(logScale, last))) : x;
      return {
        sum: tf.matMul(weigh(extended), phi, true, false),
        ...(last && { logScale: last }),
        ...(isSigned && { keyNorms: tf.sum<tf.Tensor4D>(weigh(featureNorm(phi)), 2, true) }),
      };
    },
  };
}

/**
 * state + v φ(k)ᵀ at the new running maximum. A key below it is scaled down before the offset is added:
 * the parallel form adds the offset at the running maximum too.
 */
function addKey(
  state: LayerState,
  { features, logScale }: KeyFeatures,
  value: tf.Tensor4D,
  offset: number,
): FavorState {
  const { sum, logScale: earlier, keyNorms } = state as FavorState;
  const latest = logScale && earlier && tf.maximum<tf.Tensor4D>(earlier, logScale);
  const lower = (x: tf.Tensor4D, from: tf.Tensor4D | null | undefined): tf.Tensor4D =>
    from && latest ? tf.mul(x, tf.exp(tf.sub(from, latest))) : x;
  const phi = tf.add<tf.Tensor4D>(lower(features, logScale), offset);
  return {
    sum: tf.add(lower(sum, earlier), tf.matMul(value, phi, true, false)),
    ...(latest && { logScale: latest }),
    ...(keyNorms && { keyNorms: tf.add<tf.Tensor4D>(lower(keyNorms, earlier), featureNorm(phi)) }),
  };
}
