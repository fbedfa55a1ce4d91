/** Table, figure and verdicts of the full-size experiment. */
import { countText, numberText } from "@performer/charts";
import type { ExperimentClaim, ExperimentFigureInput, ExperimentTable } from "@performer/schema";
import { median } from "../framework/statistics.ts";
import {
  directions,
  type FullSizePoint,
  type FullSizeResult,
  type Variant,
  variants,
} from "./result.ts";

/** The bound that this project set itself, half of the machine that it was measured on. */
const BOUND_GIB = 12;

const NAMES: Readonly<Record<Variant, string>> = {
  ordinary: "ordinary",
  recompute: "ordinary, features again",
  reversible: "reversible",
};

const gib = (bytes: number) => bytes / 2 ** 30;

export function fullSizeTables({
  numLayers,
  length,
  parameterCount,
  points,
}: FullSizeResult): ExperimentTable[] {
  return [
    {
      title: `One training step, ${numLayers} layers, ${(parameterCount / 1e6).toFixed(1)} million parameters, L ${countText(length)}, compiled float32`,
      columns: ["direction", "B", "layers", "step, s", "tokens/s", "peak, GiB", "gradient norm"],
      rows: points.map((point) => [
        point.direction,
        String(point.rows),
        NAMES[point.variant],
        (median(point.stepMs) / 1000).toFixed(1),
        numberText((1000 * point.rows * length) / median(point.stepMs)),
        gib(point.peakBytes).toFixed(2),
        point.gradientNorm.toFixed(3),
      ]),
    },
    ...slopeTables(points),
  ];
}

/** What a further sequence in the batch adds, from two batch sizes. */
function slopeTables(points: readonly FullSizePoint[]): ExperimentTable[] {
  const rows = directions.flatMap((direction) =>
    variants.flatMap((variant) => {
      const own = points.filter(
        (point) => point.direction === direction && point.variant === variant,
      );
      const [first, last] = [own[0], own.at(-1)];
      if (first === undefined || last === undefined || first.rows === last.rows) return [];
      const slope = gib(last.peakBytes - first.peakBytes) / (last.rows - first.rows);
      const base = gib(first.peakBytes) - slope * first.rows;
      const needed = (batch: number) => countText(Math.round(base + slope * batch));
      return [[direction, NAMES[variant], slope.toFixed(2), needed(16), needed(64), needed(256)]];
    }),
  );
  if (rows.length === 0) return [];
  return [
    {
      title: "Memory of larger batches by a straight line through the measured ones, GiB",
      columns: ["direction", "layers", "a sequence more", "B 16", "B 64", "B 256"],
      rows,
    },
  ];
}

export function fullSizeFigures({ points }: FullSizeResult): ExperimentFigureInput[] {
  const rows = [...new Set(points.map((point) => point.rows))];
  if (rows.length < 2) return [];
  return [
    {
      kind: "lines",
      id: "",
      title: "Peak memory of a training step",
      caption: "Peak resident memory of the process, its start and compiling included.",
      xTitle: "B, sequences in a step",
      yTitle: "GiB",
      series: directions.flatMap((direction) =>
        variants.flatMap((variant, color) => {
          const own = points.filter(
            (point) => point.direction === direction && point.variant === variant,
          );
          if (own.length === 0) return [];
          return [
            {
              name: `${NAMES[variant]}, ${direction}`,
              color,
              dashed: direction === "causal",
              points: own.map((point) => ({ x: point.rows, y: gib(point.peakBytes) })),
            },
          ];
        }),
      ),
    },
  ];
}

export function fullSizeClaims({ numLayers, points }: FullSizeResult): ExperimentClaim[] {
  return directions.flatMap((direction) => {
    const own = points.filter((point) => point.direction === direction);
    if (own.length === 0) return [];
    const smallest = own.toSorted((a, b) => a.peakBytes - b.peakBytes)[0] as FullSizePoint;
    const finite = own.every(
      ({ loss, gradientNorm }) => Number.isFinite(loss) && Number.isFinite(gradientNorm),
    );
    return [
      {
        claim: `a training step of the ${numLayers}-layer model runs within ${BOUND_GIB} GiB, ${direction}`,
        holds: finite && gib(smallest.peakBytes) <= BOUND_GIB,
        evidence: own
          .map(
            (point) =>
              `${NAMES[point.variant]}, B ${point.rows}: ${gib(point.peakBytes).toFixed(2)} GiB`,
          )
          .join("; "),
      },
    ];
  });
}
