/**
 * What FAVOR+ asks of a feature map phi, and the table of those that exist. A further map is one
 * file that implements `FeatureMap` and one case here (plus its config in @performer/schema).
 */
import type { FeatureMapConfig } from "@performer/schema";
import type { Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import { expFeatureMap } from "./exp-features.ts";
import { generalizedFeatureMap } from "./generalized-features.ts";
import { GENERALIZED_KERNELS } from "./generalized-kernels.ts";
import { softmaxHyperbolicFeatureMap } from "./softmax-hyperbolic-features.ts";
import { softmaxPositiveFeatureMap } from "./softmax-positive-features.ts";
import { softmaxTrigonometricFeatureMap } from "./softmax-trigonometric-features.ts";

export type Direction = "bidirectional" | "causal";

/**
 * Whether phi is positive throughout, so that denominators are sums of positive terms, or may have
 * any sign, so that they may vanish: these are then kept from zero (docs/math.md, eq. 7a).
 */
export type FeatureSign = "positive" | "any";

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
 * The features of a position depend on that position alone, the key's common scale apart.
 */
export interface FeatureMap {
  readonly sign: FeatureSign;
  /** @param numFeatures of phi: rows of W, or twice as many where a row makes two features. */
  offset(numFeatures: number): number;
  /** [B, H, L, D], W [M, D] → phi - offset, [B, H, L, M], up to a scale a position, which cancels. */
  queryFeatures(query: Tensor4D, projection: Tensor2D): Tensor4D;
  keyFeatures(key: Tensor4D, projection: Tensor2D, context: KeyContext): KeyFeatures;
}

export function createFeatureMap(config: FeatureMapConfig): FeatureMap {
  switch (config.kind) {
    case "softmax-positive":
      return softmaxPositiveFeatureMap(config);
    case "softmax-hyperbolic":
      return softmaxHyperbolicFeatureMap(config);
    case "softmax-trigonometric":
      return softmaxTrigonometricFeatureMap();
    case "exp":
      return expFeatureMap(config);
    default: {
      const { kernel, sign } = GENERALIZED_KERNELS[config.kind];
      return generalizedFeatureMap(kernel, { sign, kernelEpsilon: config.kernelEpsilon });
    }
  }
}
