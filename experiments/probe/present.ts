/** Tables and the figure of the probe. */
import { countText } from "@performer/charts";
import type { ExperimentFigureInput, ExperimentTable } from "@performer/schema";
import { NOVEL_BELOW } from "./accuracy.ts";
import { STATES } from "./chains.ts";
import { FEATURE_TITLES } from "./features.ts";
import { type Estimate, featureKinds, type ProbeResult, type ProbeRun } from "./result.ts";

export function probeFigures(result: ProbeResult): ExperimentFigureInput[] {
  const series = featureKinds.flatMap((kind, color) => {
    const points = runsOf(result, kind).map(({ trainChains, accuracy: { value, interval } }) => ({
      x: trainChains,
      y: 100 * value,
      ...(interval && { low: 100 * interval[0], high: 100 * interval[1] }),
    }));
    return points.length > 0 ? [{ name: FEATURE_TITLES[kind], color, points }] : [];
  });
  if (series.length === 0) return [];
  return [
    {
      kind: "lines",
      id: "",
      title: "Secondary structure of residues, predicted by a linear probe",
      caption: `Accuracy over three states on ${countText(result.lengths.length)} test chains; bands are 95 % intervals of a bootstrap over chains.`,
      xTitle: "training chains",
      yTitle: "accuracy, %",
      xScale: "log2",
      series,
      references: [{ name: "always the same state", y: 100 * Math.max(...result.shares) }],
    },
  ];
}

export function probeTables(result: ProbeResult): ExperimentTable[] {
  const largest = Math.max(...result.runs.map(({ trainChains }) => trainChains));
  const runs = result.runs.filter(({ trainChains }) => trainChains === largest);
  const novel = result.nearestIdentity.filter((identity) => identity < NOVEL_BELOW).length;
  const { name, parameters, width, direction, step } = result.model;
  return [
    {
      title: `Probed: ${name} (${direction}, ${countText(parameters)} parameters, width ${width}, step ${countText(step)}); probes trained on ${countText(largest)} chains, ${countText(runs[0]?.trainResidues ?? 0)} residues`,
      columns: [
        "features",
        "numbers a residue",
        "accuracy, %",
        "macro F1",
        ...STATES.map((state) => `${state} found, %`),
        "L2 penalty",
      ],
      rows: runs.map((run) => [
        FEATURE_TITLES[run.features],
        String(run.dimensions),
        percentText(run.accuracy),
        run.macroF1.toFixed(3),
        ...run.confusion.map((row, state) => percent(recallOf(row, state))),
        String(run.penalty),
      ]),
    },
    {
      title: `Accuracy of the trained model's features less that of others, in points, on all ${countText(result.lengths.length)} test chains and on the ${countText(novel)} without a relative in the pre-training data`,
      columns: ["against", "all", "without a relative"],
      rows: result.differences.map(({ against, all, novel }) => [
        FEATURE_TITLES[against],
        differenceText(all),
        novel === null ? "none" : differenceText(novel),
      ]),
    },
  ];
}

const runsOf = (result: ProbeResult, kind: string): ProbeRun[] =>
  result.runs
    .filter(({ features }) => features === kind)
    .sort((a, b) => a.trainChains - b.trainChains);

const percent = (share: number): string => (100 * share).toFixed(1);

function recallOf(row: readonly number[], state: number): number {
  return (row[state] as number) / row.reduce((sum, count) => sum + count, 0);
}

function percentText({ value, interval }: Estimate): string {
  return interval
    ? `${percent(value)} [${percent(interval[0])}, ${percent(interval[1])}]`
    : percent(value);
}

function differenceText({ value, interval }: Estimate): string {
  const signed = (share: number) => `${share < 0 ? "−" : "+"}${percent(Math.abs(share))}`;
  return interval
    ? `${signed(value)} [${signed(interval[0])}, ${signed(interval[1])}]`
    : signed(value);
}
