/**
 * Generalized attention with f = exp: phi(x) = exp(W x - c) + stabilizer (docs/math.md, eq. 6). Unlike
 * the other generalized kernels it is stabilised, or exp would overflow at 88; its constant is
 * therefore relative to the largest feature.
 */
import type { FeatureMapConfig } from "@performer/schema";
import { exponentialFeatureMap } from "./exponential-features.ts";
import type { FeatureMap } from "./feature-map.ts";
import { project } from "./project.ts";

type ExpConfig = Extract<FeatureMapConfig, { stabilizer: number }>;

export function expFeatureMap({ stabilizer }: Pick<ExpConfig, "stabilizer">): FeatureMap {
  return exponentialFeatureMap(project, { stabilizer, scale: () => 1 });
}
