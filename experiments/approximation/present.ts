/** Figures, table and verdicts of the approximation experiment. */
import type { ExperimentClaim, ExperimentFigureInput, ExperimentTable } from "@performer/schema";
import { mean, median, quantile, standardDeviation } from "../framework/statistics.ts";
import {
  type ApproximationPoint,
  type ApproximationResult,
  type FeatureKind,
  featureKinds,
  type Sampling,
  samplings,
} from "./result.ts";

const NAMES: Readonly<Record<FeatureKind, string>> = {
  "softmax-positive": "positive",
};

type ErrorKind = "outputErrors" | "matrixErrors";

const scalesOf = ({ points }: ApproximationResult): number[] => [
  ...new Set(points.map(({ scale }) => scale)),
];

const lineOf = (
  { points }: ApproximationResult,
  scale: number,
  features: FeatureKind,
  projection: Sampling,
): ApproximationPoint[] =>
  points.filter(
    (point) =>
      point.scale === scale && point.features === features && point.projection === projection,
  );

export function approximationFigures(result: ApproximationResult): ExperimentFigureInput[] {
  const kinds: [ErrorKind, string, string][] = [
    ["outputErrors", "output", "mean squared error of the output"],
    ["matrixErrors", "matrix", "‖Â − A‖² / ‖A‖²"],
  ];
  return scalesOf(result).flatMap((scale) =>
    kinds.map(([kind, word, yTitle]) => ({
      kind: "lines" as const,
      id: `${word}-${String(scale).replace(".", "-")}`,
      title: `Error of the ${word === "output" ? "output" : "attention matrix"}, query and key N(0, ${scale}²)`,
      caption: "Median of the draws; the bands hold the middle half of them.",
      xTitle: "M, random samples",
      yTitle,
      xScale: "log2" as const,
      yScale: "log10" as const,
      series: featureKinds.flatMap((features, color) =>
        samplings.map((projection) => ({
          name: `${NAMES[features]}, ${projection}`,
          color,
          dashed: projection === "iid",
          points: lineOf(result, scale, features, projection).map((point) => ({
            x: point.samples,
            y: median(point[kind]),
            low: quantile(point[kind], 0.25),
            high: quantile(point[kind], 0.75),
          })),
        })),
      ),
    })),
  );
}

export function approximationTables(result: ApproximationResult): ExperimentTable[] {
  return scalesOf(result).map((scale) => {
    const lines = featureKinds.flatMap((features) =>
      samplings.map((projection) => lineOf(result, scale, features, projection)),
    );
    return {
      title: `Mean squared error of the output, query and key N(0, ${scale}²): mean ± standard deviation of ${result.drawsDone} draws`,
      columns: ["features", ...(lines[0] ?? []).map(({ samples }) => `M ${samples}`)],
      rows: lines.map((line) => [
        line[0] ? `${NAMES[line[0].features]}, ${line[0].projection}` : "",
        ...line.map(
          ({ outputErrors }) =>
            `${short(mean(outputErrors))} ± ${short(standardDeviation(outputErrors))}`,
        ),
      ]),
    };
  });
}

const short = (value: number): string => value.toExponential(1);

export function approximationClaims(result: ApproximationResult): ExperimentClaim[] {
  return scalesOf(result).flatMap((scale) =>
    featureKinds.map((features) => {
      const orthogonal = lineOf(result, scale, features, "orthogonal");
      const iid = lineOf(result, scale, features, "iid");
      return compare(
        `orthogonal below independent samples: ${NAMES[features]}, N(0, ${scale}²)`,
        orthogonal,
        iid,
      );
    }),
  );
}

/** Whether the mean error of the output is lower at every M. */
function compare(
  claim: string,
  lower: readonly ApproximationPoint[],
  higher: readonly ApproximationPoint[],
): ExperimentClaim {
  const ratios = lower.map(
    ({ outputErrors }, index) =>
      mean(outputErrors) / mean(higher[index]?.outputErrors ?? [Number.NaN]),
  );
  const won = ratios.filter((ratio) => ratio < 1).length;
  return {
    claim,
    holds: won === ratios.length,
    evidence: `lower at ${won} of ${ratios.length} M, ratio of errors ${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`,
  };
}
