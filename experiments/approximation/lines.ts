/** The measured errors of one feature map and sampling as a line over M. */
import type { ApproximationPoint, ApproximationResult, FeatureKind, Sampling } from "./result.ts";

/** As figures and tables call them. */
export const FEATURE_NAMES: Readonly<Record<FeatureKind, string>> = {
  "softmax-positive": "positive",
  "softmax-hyperbolic": "hyp+",
  "softmax-trigonometric": "trigonometric",
};

export const scalesOf = ({ points }: ApproximationResult): number[] => [
  ...new Set(points.map(({ scale }) => scale)),
];

export const lineOf = (
  { points }: ApproximationResult,
  scale: number,
  features: FeatureKind,
  projection: Sampling,
): ApproximationPoint[] =>
  points.filter(
    (point) =>
      point.scale === scale && point.features === features && point.projection === projection,
  );
