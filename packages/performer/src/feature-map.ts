/**
 * What FAVOR+ asks of a feature map phi, and the table of those that exist. A further map is one
 * file that implements `FeatureMap` and one case here (plus its config in @performer/schema).
 */
import type { FeatureMapConfig } from "@performer/schema";
import type { Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import { reluFeatureMap } from "./relu-features.ts";
import { softmaxPositiveFeatureMap } from "./softmax-positive-features.ts";

export type Direction = "bidirectional" | "causal";

export interface KeyContext {
  readonly direction: Direction;
  /** [B, 1, L, 1], 1 = takes part, or null where every position does. */
  readonly mask: Tensor4D | null;
}

export interface KeyFeatures {
  /** [B, H, L, M]. Rows of masked positions are finite; the caller drops them from the sums. */
  readonly features: Tensor4D;
  /**
   * [B, H, L, 1], non-decreasing along L: the features of position j stand for features_j
   * exp(logScale_j). null: one common scale, which cancels in the ratio of the sums.
   */
  readonly logScale: Tensor4D | null;
}

export interface FeatureMap {
  /** [B, H, L, D], W [M, D] → [B, H, L, M]; each position may carry its own scale, which cancels. */
  queryFeatures(query: Tensor4D, projection: Tensor2D): Tensor4D;
  keyFeatures(key: Tensor4D, projection: Tensor2D, context: KeyContext): KeyFeatures;
}

export function createFeatureMap(config: FeatureMapConfig): FeatureMap {
  switch (config.kind) {
    case "relu":
      return reluFeatureMap(config);
    case "softmax-positive":
      return softmaxPositiveFeatureMap(config);
    default:
      return config satisfies never;
  }
}
