/** The result as statements, tables and figures. */
import type { ExperimentClaim, ExperimentFigureInput, ExperimentTable } from "@performer/schema";
import {
  type MeanInterval,
  mean,
  meanInterval,
  standardDeviation,
} from "../framework/statistics.ts";
import type { CurvePoint } from "../training/curves.ts";
import { CONTENDERS, ContenderName, DIRECTIONS, type Direction } from "../training/models.ts";
import type { ModellingResult, ModellingRun } from "./result.ts";

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
const signed = (value: number) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;

/** Nats below which two models count as equal. */
const AS_GOOD = 0.01;

/** A statement about one contender beside another, and the differences of loss that bear it out. */
interface Comparison {
  readonly contender: ContenderName;
  readonly other: ContenderName;
  readonly claim: string;
  holds(difference: MeanInterval): boolean;
}

/** The whole interval must lie where the statement says: with few seeds that far apart, nothing holds. */
const COMPARISONS: readonly Comparison[] = [
  {
    contender: "performer-relu",
    other: "transformer",
    claim: `Performer-ReLU models proteins better than the Transformer, by ${AS_GOOD} nats or more`,
    holds: ({ high }) => high < -AS_GOOD,
  },
  {
    contender: "performer-softmax",
    other: "transformer",
    claim: `Performer-softmax is as good as the Transformer, to ${AS_GOOD} nats`,
    holds: ({ high }) => high < AS_GOOD,
  },
  ...(["lsh", "linformer"] as const).map((contender) => ({
    contender,
    other: "performer-relu" as const,
    claim: `${CONTENDERS[contender].title} models proteins worse than Performer-ReLU, by ${AS_GOOD} nats or more`,
    holds: ({ low }: MeanInterval) => low > AS_GOOD,
  })),
];

export function modellingClaims(result: ModellingResult): ExperimentClaim[] {
  const claims: ExperimentClaim[] = [];
  for (const direction of DIRECTIONS) {
    for (const { contender, other, claim, holds } of COMPARISONS) {
      const differences = lossDifferences(result, contender, other, direction);
      if (differences.length === 0) continue;
      const interval = meanInterval(differences);
      claims.push({
        claim: `${title(direction)}: ${claim}`,
        holds: holds(interval),
        evidence: evidenceOf(differences, interval, other),
      });
    }
    const unigram = result.baselines[0]?.perplexity as number;
    const runs = runsOf(result, direction);
    claims.push({
      claim: `${title(direction)}: every model predicts better than the empirical baseline`,
      holds: runs.every((run) => finalOf(run).perplexity < unigram),
      evidence: `perplexities ${range(runs.map((run) => finalOf(run).perplexity))}, unigram ${unigram.toFixed(3)}`,
    });
  }
  return claims;
}

export function modellingTables(result: ModellingResult): ExperimentTable[] {
  const models = DIRECTIONS.flatMap((direction) =>
    contendersOf(result, direction).map((contender) => {
      const runs = runsOf(result, direction, contender);
      const perplexities = runs.map((run) => finalOf(run).perplexity);
      return [
        title(direction),
        CONTENDERS[contender].title,
        String(runs.length),
        withSpread(perplexities),
        range(perplexities),
        percent(mean(runs.map((run) => finalOf(run).accuracy))),
        mean(runs.map((run) => (run.curves.train.at(-1) as CurvePoint).perplexity)).toFixed(3),
      ];
    }),
  );
  return [
    {
      title: `After ${(result.tokensPerRun / 1e6).toFixed(2)} million tokens`,
      columns: [
        "direction",
        "model",
        "seeds",
        "validation perplexity, mean ± sd over seeds",
        "lowest to highest",
        "accuracy",
        "training perplexity, last window",
      ],
      rows: models,
    },
    {
      title: "Baselines on the same validation sequences",
      columns: ["residues of context", "perplexity", "accuracy"],
      rows: result.baselines.map(({ order, perplexity, accuracy }) => [
        order === 1 ? "none (empirical baseline)" : `${order - 1} to the left`,
        perplexity.toFixed(3),
        percent(accuracy),
      ]),
    },
  ];
}

export function modellingFigures(result: ModellingResult): ExperimentFigureInput[] {
  const from = firstEvaluation(result);
  return DIRECTIONS.filter((direction) => runsOf(result, direction).length > 0).map(
    (direction) => ({
      kind: "lines" as const,
      id: direction,
      title: `Protein modelling, ${direction}`,
      caption:
        "Validation solid, training dashed (means of windows of steps, before each update). Lines are means over seeds, bands their range.",
      xTitle: "tokens, millions",
      yTitle: "perplexity",
      series: contendersOf(result, direction).flatMap((contender) => {
        const curves = runsOf(result, direction, contender).map((run) => run.curves);
        const color = ContenderName.options.indexOf(contender);
        const name = CONTENDERS[contender].title;
        const validation = curves.map((curve) => curve.validation);
        const train = curves.map((curve) => curve.train.filter(({ step }) => step >= from));
        return [
          { name, color, points: band(validation) },
          { name: `${name}, training`, color, dashed: true, points: meanLine(train) },
        ];
      }),
      references: result.baselines
        .filter(({ order }) => order === 1 || order === 3 || order === 5)
        .map(({ order, perplexity }) => ({
          name: order === 1 ? "unigram" : `${order}-gram`,
          y: perplexity,
        })),
    }),
  );
}

const title = (direction: Direction) => (direction === "causal" ? "Causal" : "Masked");

function runsOf(result: ModellingResult, direction: Direction, contender?: ContenderName) {
  return result.runs.filter(
    (run) =>
      run.direction === direction && (contender === undefined || run.contender === contender),
  );
}

const contendersOf = (result: ModellingResult, direction: Direction) =>
  ContenderName.options.filter((contender) => runsOf(result, direction, contender).length > 0);

const finalOf = ({ curves }: ModellingRun) => curves.validation.at(-1) as CurvePoint;

/**
 * Of each seed that both were trained with: loss of the contender less that of the other, nats. A seed
 * fixes the batches of both, so their common luck cancels.
 */
function lossDifferences(
  result: ModellingResult,
  contender: ContenderName,
  other: ContenderName,
  direction: Direction,
) {
  const others = runsOf(result, direction, other);
  return runsOf(result, direction, contender).flatMap((run) => {
    const beside = others.find(({ seed }) => seed === run.seed);
    return beside ? [Math.log(finalOf(run).perplexity / finalOf(beside).perplexity)] : [];
  });
}

function evidenceOf(
  differences: readonly number[],
  { mean: middle, low, high }: MeanInterval,
  other: ContenderName,
): string {
  const bounds =
    differences.length === 1
      ? "one seed bounds nothing"
      : `95 % interval ${signed(low)} to ${signed(high)}`;
  return `loss less that of ${CONTENDERS[other].title}, nats: ${signed(middle)}, ${bounds}; by seed ${differences.map(signed).join(", ")}`;
}

const withSpread = (values: readonly number[]) =>
  values.length === 1
    ? (values[0] as number).toFixed(3)
    : `${mean(values).toFixed(3)} ± ${standardDeviation(values).toFixed(3)}`;

const range = (values: readonly number[]) =>
  `${Math.min(...values).toFixed(3)} to ${Math.max(...values).toFixed(3)}`;

function firstEvaluation({ runs }: ModellingResult): number {
  return Math.min(...runs.map(({ curves }) => (curves.validation[0] as CurvePoint).step));
}

/** One point a step: the mean over runs, and from the lowest to the highest. */
function band(curves: readonly (readonly CurvePoint[])[]) {
  return (curves[0] ?? []).map(({ tokens }, i) => {
    const values = curves.map((curve) => (curve[i] as CurvePoint).perplexity);
    const y = mean(values);
    return curves.length === 1
      ? { x: tokens / 1e6, y }
      : { x: tokens / 1e6, y, low: Math.min(...values), high: Math.max(...values) };
  });
}

const meanLine = (curves: readonly (readonly CurvePoint[])[]) =>
  band(curves).map(({ x, y }) => ({ x, y }));
