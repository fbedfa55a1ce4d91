/** Figures and tables of the speed experiment. */
import { countText, numberText } from "@performer/charts";
import type { ExperimentFigureInput, ExperimentTable } from "@performer/schema";
import { crossing, FIT_FROM, growthOf, lineOf, type MeasuredLine } from "./lines.ts";
import { MECHANISMS, type MechanismName, mechanismNames } from "./mechanisms.ts";
import type { Mode, SpeedResult } from "./result.ts";

const MODES: Readonly<Record<Mode, string>> = {
  forward: "forward pass",
  step: "training step",
};

function linesOf(result: SpeedResult, mode: Mode): [MechanismName, MeasuredLine][] {
  return mechanismNames
    .map((name) => [name, lineOf(result, name, mode)] as [MechanismName, MeasuredLine])
    .filter(([, { points }]) => points.length > 0);
}

export function speedFigures(result: SpeedResult): ExperimentFigureInput[] {
  const figure = (
    mode: Mode,
    id: string,
    title: string,
    yTitle: string,
    measure: (point: MeasuredLine["points"][number]) => { y: number; low?: number; high?: number },
  ): ExperimentFigureInput => ({
    kind: "lines",
    id,
    title,
    xTitle: "L, tokens",
    yTitle,
    xScale: "log2",
    yScale: "log10",
    series: linesOf(result, mode).map(([name, { points, ended }]) => ({
      name: MECHANISMS[name].title,
      color: mechanismNames.indexOf(name),
      dashed: name === "identity",
      ...(ended && { ended: ended.by }),
      points: points.map((point) => ({ x: point.length, ...measure(point) })),
    })),
  });
  const time = (mode: Mode) =>
    figure(
      mode,
      `${mode}-time`,
      `Time of a ${MODES[mode]}`,
      "milliseconds",
      ({ milliseconds }) => ({
        y: milliseconds.best,
        low: milliseconds.best,
        high: milliseconds.worst,
      }),
    );
  const gibibytes = ({ peakBytes }: MeasuredLine["points"][number]) => ({ y: peakBytes / 2 ** 30 });
  return [
    time("step"),
    figure(
      "step",
      "step-memory",
      "Peak memory of a training step",
      "GiB of the process",
      gibibytes,
    ),
    time("forward"),
    figure(
      "forward",
      "forward-memory",
      "Peak memory of a forward pass",
      "GiB of the process",
      gibibytes,
    ),
  ];
}

export function speedTables(result: SpeedResult): ExperimentTable[] {
  return (["step", "forward"] as const).flatMap((mode) => {
    const lines = linesOf(result, mode);
    const lengths = [...new Set(lines.flatMap(([, { points }]) => points.map((p) => p.length)))];
    lengths.sort((a, b) => a - b);
    const cells = (
      { points, ended }: MeasuredLine,
      text: (point: MeasuredLine["points"][number]) => string,
    ) =>
      lengths.map((length) => {
        const point = points.find((candidate) => candidate.length === length);
        if (point) return text(point);
        return ended !== null && length >= ended.length ? `> ${ended.by}` : "";
      });
    const identity = lines.find(([name]) => name === "identity")?.[1];
    const ratio = (point: MeasuredLine["points"][number]): string => {
      const base = identity?.points.find(({ length }) => length === point.length);
      const value = base && (point.milliseconds.best / base.milliseconds.best).toFixed(2);
      return value ? `${roughly(point)}${value}` : "";
    };
    const most = Math.max(...lines.flatMap(([, { points }]) => points.map((p) => p.processes)));
    const roughly = ({ processes }: MeasuredLine["points"][number]) =>
      processes < most ? "≈ " : "";
    const note = lines.some(([, { points }]) => points.some(roughly))
      ? " (≈: fewer processes than elsewhere in the table)"
      : "";
    const columns = ["L", ...lengths.map(countText)];
    const table = (
      title: string,
      text: (point: MeasuredLine["points"][number]) => string,
    ): ExperimentTable => ({
      title,
      columns,
      rows: lines.map(([name, line]) => [MECHANISMS[name].title, ...cells(line, text)]),
    });
    return [
      {
        title: `Growth of a ${MODES[mode]}: t ∝ L^p for L ≥ ${countText(FIT_FROM)}, and where it passes exact attention`,
        columns: ["mechanism", "p ± standard error", "passes exact attention at L"],
        rows: lines.map(([name, line]) => [
          MECHANISMS[name].title,
          growthText(line),
          name === "exact" ? "–" : crossingText(line, lineOf(result, "exact", mode)),
        ]),
      },
      table(
        `Time of a ${MODES[mode]}, ms${note}`,
        (point) => `${roughly(point)}${numberText(point.milliseconds.best, { keepZeros: true })}`,
      ),
      table(`Time of a ${MODES[mode]} over that of attention that returns V${note}`, ratio),
      table(`Peak memory of a ${MODES[mode]}, MiB of the process`, ({ peakBytes }) =>
        countText(Math.round(peakBytes / 2 ** 20)),
      ),
    ];
  });
}

function growthText(line: MeasuredLine): string {
  const growth = growthOf(line);
  return growth === null
    ? "too few lengths"
    : `${growth.slope.toFixed(2)} ± ${growth.slopeError.toFixed(2)}`;
}

function crossingText(line: MeasuredLine, exact: MeasuredLine): string {
  const at = crossing(line, exact);
  if (at !== null) return countText(Math.round(at));
  const [first] = line.points;
  const other = exact.points.find(({ length }) => length === first?.length);
  if (first === undefined || other === undefined) return "not measured";
  return first.milliseconds.best < other.milliseconds.best ? "always below" : "not reached";
}
