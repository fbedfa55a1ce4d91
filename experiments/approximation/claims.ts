/**
 * The article's orderings (figure 4), held against the measured errors. Errors of one draw are paired:
 * both sides saw the same query, key and value. Logarithms, as a few draws of softmax features err by
 * orders of magnitude and would rule a mean.
 */
import { numberText } from "@performer/charts";
import type { ExperimentClaim } from "@performer/schema";
import { mean, standardDeviation } from "../framework/statistics.ts";
import { FEATURE_NAMES, lineOf, scalesOf } from "./lines.ts";
import { type ApproximationPoint, type ApproximationResult, featureKinds } from "./result.ts";

/** An ordering counts where its logarithm lies this many standard errors below zero. */
const STANDARD_ERRORS = 2;

export function approximationClaims(result: ApproximationResult): ExperimentClaim[] {
  const { drawsDone } = result;
  return scalesOf(result).flatMap((scale) => {
    const inputs = `query and key N(0, ${scale}²)`;
    const orthogonal = (features: (typeof featureKinds)[number]) =>
      lineOf(result, scale, features, "orthogonal");
    return [
      ...featureKinds.map((features) =>
        compare(
          `orthogonal below independent samples: ${FEATURE_NAMES[features]}, ${inputs}`,
          orthogonal(features),
          lineOf(result, scale, features, "iid"),
          drawsDone,
        ),
      ),
      compare(
        `positive below trigonometric: orthogonal, ${inputs}`,
        orthogonal("softmax-positive"),
        orthogonal("softmax-trigonometric"),
        drawsDone,
      ),
      compare(
        `hyp+ below positive: orthogonal, ${inputs}`,
        orthogonal("softmax-hyperbolic"),
        orthogonal("softmax-positive"),
        drawsDone,
      ),
    ];
  });
}

/** The ratio of output errors, geometric mean over all M and draws. */
function compare(
  claim: string,
  lower: readonly ApproximationPoint[],
  higher: readonly ApproximationPoint[],
  draws: number,
): ExperimentClaim {
  const logOf = (point: ApproximationPoint | undefined, draw: number) =>
    Math.log(point?.outputErrors[draw] ?? Number.NaN);
  const logs = Array.from({ length: draws }, (_, draw) =>
    mean(lower.map((point, index) => logOf(point, draw) - logOf(higher[index], draw))),
  );
  const middle = mean(logs);
  const error = standardDeviation(logs) / Math.sqrt(draws);
  const bounds = [middle - STANDARD_ERRORS * error, middle + STANDARD_ERRORS * error];
  const [ratio, low, high] = [middle, ...bounds].map((bound) =>
    numberText(Math.exp(bound), { digits: 2, keepZeros: true }),
  );
  return {
    claim,
    holds: middle + STANDARD_ERRORS * error < 0,
    evidence: `error ${ratio} times as large (${low} to ${high}), over all M and ${draws} draws`,
  };
}
