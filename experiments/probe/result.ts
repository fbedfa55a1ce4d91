/** What the probe measures; the JSON file holds it. */
import { z } from "zod";

export const featureKinds = [
  "residue",
  "composition",
  "window",
  "untrained-model",
  "trained-model",
] as const;
export type FeatureKind = (typeof featureKinds)[number];

export const ProbeModel = z.strictObject({
  /** Folder in the clone, or the model's name. */
  name: z.string(),
  parameters: z.int(),
  /** E */
  width: z.int(),
  direction: z.enum(["causal", "bidirectional"]),
  /** Optimiser updates that it has seen. */
  step: z.int(),
});
export type ProbeModel = z.infer<typeof ProbeModel>;

/** Estimate, and the 95 % interval of a bootstrap over test chains. */
export const Estimate = z.strictObject({
  value: z.number(),
  interval: z.tuple([z.number(), z.number()]).nullable(),
});
export type Estimate = z.infer<typeof Estimate>;

export const ProbeRun = z.strictObject({
  features: z.enum(featureKinds),
  /** D */
  dimensions: z.int(),
  trainChains: z.int(),
  trainResidues: z.int(),
  /** Of the choices, best on a fifth of the training chains that was held out for it. */
  penalty: z.number(),
  /** Residues of each test chain that are predicted right. */
  hits: z.array(z.int()),
  /** [true][predicted], of all test residues. */
  confusion: z.array(z.array(z.int())),
  accuracy: Estimate,
  macroF1: z.number(),
});
export type ProbeRun = z.infer<typeof ProbeRun>;

/** Accuracy of the trained model's features less that of others, on the same chains. */
export const Difference = z.strictObject({
  against: z.enum(featureKinds),
  all: Estimate,
  /** On chains without a relative in the pre-training data; null where there is none. */
  novel: Estimate.nullable(),
});
export type Difference = z.infer<typeof Difference>;

export const ProbeResult = z.strictObject({
  model: ProbeModel,
  /** Residues of each test chain. */
  lengths: z.array(z.int()),
  /** Identity of each test chain with its nearest relative in the pre-training data, 0 without one. */
  nearestIdentity: z.array(z.number()),
  /** Share of each state among the test residues. */
  shares: z.array(z.number()),
  runs: z.array(ProbeRun),
  /** Of the largest training set; empty until all runs are done. */
  differences: z.array(Difference),
});
export type ProbeResult = z.infer<typeof ProbeResult>;
