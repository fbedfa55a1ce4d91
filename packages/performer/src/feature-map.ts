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
  /** phi - offset, [B, H, L, M]. Rows of masked positions are finite; the caller drops them. */
  readonly features: Tensor4D;
  /**
   * [B, H, L, 1], non-decreasing along L: phi of position j counts exp(logScale_j) times. null: one
   * common scale, which cancels in the ratio of the sums.
   */
  readonly logScale: Tensor4D | null;
}

/**
 * phi(x) = features + offset. The constant that keeps phi positive is handed out apart from the
 * features, the largest tensors of the model, so that it need not cost a pass over them.
 */
export interface FeatureMap {
  offset(numFeatures: number): number;
  /** [B, H, L, D], W [M, D] → phi - offset, [B, H, L, M], up to a scale a position, which cancels. */
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
