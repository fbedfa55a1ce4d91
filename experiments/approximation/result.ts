/** What the approximation experiment measures, one row a feature map, projection, M and scale. */
import { z } from "zod";

/** Softmax feature maps; the others approximate other kernels. */
export const featureKinds = [
  "softmax-positive",
  "softmax-hyperbolic",
  "softmax-trigonometric",
] as const;
export type FeatureKind = (typeof featureKinds)[number];

export const samplings = ["orthogonal", "iid"] as const;
export type Sampling = (typeof samplings)[number];

const ApproximationPoint = z.strictObject({
  features: z.enum(featureKinds),
  projection: z.enum(samplings),
  /** M */
  samples: z.int(),
  /** Standard deviation of the entries of query and key. */
  scale: z.number(),
  /** Mean squared error of the output, one a draw. */
  outputErrors: z.array(z.number()),
  /** ‖Â − A‖² / ‖A‖² over rows that sum to one, one a draw. */
  matrixErrors: z.array(z.number()),
});
export type ApproximationPoint = z.infer<typeof ApproximationPoint>;

export const ApproximationResult = z.strictObject({
  drawsDone: z.int(),
  points: z.array(ApproximationPoint),
});
export type ApproximationResult = z.infer<typeof ApproximationResult>;
