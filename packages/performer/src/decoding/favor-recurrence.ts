/**
 * FAVOR+ one position at a time (docs/math.md, eq. D1-D3): the state is the sum of outer products over
 * all positions before, so that a step costs O(M D) time and memory whatever the position.
 */
import * as tf from "@tensorflow/tfjs-core";
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

type FavorState = { readonly sum: tf.Tensor4D; readonly logScale?: tf.Tensor4D };

/** The scale of an empty sum: below every real one, yet finite, so that differences are no NaN. */
const NOTHING_YET = -1e30;

/**
 * State: `sum` [B, H, D + 1, M] and, for kernels with a running constant, `logScale` [B, H, 1, 1]: the
 * sum counts exp(logScale) times.
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

  return {
    start(B) {
      // the features of any key tell how many there are, and whether they carry a scale
      const { features, logScale } = keyFeatures(tf.zeros([B, H, 1, D]));
      const sum = tf.zeros<tf.Rank.R4>([B, H, D + 1, features.shape[3]]);
      return logScale === null ? { sum } : { sum, logScale: tf.fill([B, H, 1, 1], NOTHING_YET) };
    },

    step(state, { query, key, value }) {
      const queryFeatures = featureMap.queryFeatures(query, projection);
      const offset = offsetOf(queryFeatures);
      const next = addKey(state, keyFeatures(key), appendOne(value, null), offset);
      const sums = tf.matMul(tf.add(queryFeatures, offset), next.sum, false, true); // [B, H, 1, D + 1]
      return { output: normalizeSums(sums as tf.Tensor4D, null), state: next };
    },

    absorb(key, value) {
      const { features, logScale } = keyFeatures(key);
      const phi = tf.add<tf.Tensor4D>(features, offsetOf(features));
      const extended = appendOne(value, null);
      if (logScale === null) return { sum: tf.matMul(extended, phi, true, false) };
      const [B, , L] = key.shape;
      const last = tf.slice(logScale, [0, 0, L - 1, 0], [B, H, 1, 1]);
      const weighted = tf.mul<tf.Tensor4D>(extended, tf.exp(tf.sub(logScale, last)));
      return { sum: tf.matMul(weighted, phi, true, false), logScale: last };
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
  const { sum, logScale: earlier } = state as FavorState;
  const outer = (phi: tf.Tensor4D) => tf.matMul(value, tf.add(phi, offset), true, false);
  if (logScale === null || earlier === undefined) return { sum: tf.add(sum, outer(features)) };
  const latest = tf.maximum<tf.Tensor4D>(earlier, logScale);
  const lowered = tf.mul<tf.Tensor4D>(features, tf.exp(tf.sub(logScale, latest)));
  const kept = tf.mul(sum, tf.exp(tf.sub(earlier, latest)));
  return { sum: tf.add(kept, outer(lowered)), logScale: latest };
}
