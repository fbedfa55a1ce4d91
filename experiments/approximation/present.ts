/** Figures and tables of the approximation experiment. */
import { numberText } from "@performer/charts";
import type { ExperimentFigureInput, ExperimentTable } from "@performer/schema";
import { mean, median, quantile, standardDeviation } from "../framework/statistics.ts";
import { FEATURE_NAMES, lineOf, scalesOf } from "./lines.ts";
import { type ApproximationResult, featureKinds, samplings } from "./result.ts";

type ErrorKind = "outputErrors" | "matrixErrors";

export function approximationFigures(result: ApproximationResult): ExperimentFigureInput[] {
  const kinds: [ErrorKind, string, string][] = [
    ["outputErrors", "output", "mean squared error of the output"],
    ["matrixErrors", "matrix", "attention matrix, ‖Â − A‖² / ‖A‖²"],
  ];
  return scalesOf(result).flatMap((scale) =>
    kinds.map(([kind, word, yTitle]) => ({
      kind: "lines" as const,
      id: `${word}-${String(scale).replace(".", "-")}`,
      title: `Error of the ${word}, query and key N(0, ${scale}²)`,
      xTitle: "M, random samples",
      yTitle,
      xScale: "log2" as const,
      yScale: "log10" as const,
      series: featureKinds.flatMap((features, color) =>
        samplings.map((projection) => ({
          name: `${FEATURE_NAMES[features]}, ${projection}`,
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
        line[0] ? `${FEATURE_NAMES[line[0].features]}, ${line[0].projection}` : "",
        ...line.map(({ outputErrors }) =>
          withSpread(mean(outputErrors), standardDeviation(outputErrors)),
        ),
      ]),
    };
  });
}

/** 29 ± 110, 0.023 ± 0.054; smaller ones with a common power: (4.1 ± 1.0) × 10⁻⁵. */
function withSpread(middle: number, deviation: number): string {
  const power = 10 ** Math.floor(Math.log10(Math.max(middle, deviation)));
  if (power < 1e-2) {
    const [value, spread] = [middle, deviation].map((part) => (part / power).toFixed(1));
    return `(${value} ± ${spread}) × ${numberText(power)}`;
  }
  const [value, spread] = [middle, deviation].map((part) => numberText(part, { digits: 2 }));
  return `${value} ± ${spread}`;
}
