/** The result as statements, tables and figures. */
import { countText } from "@performer/charts";
import type { ExperimentClaim, ExperimentFigureInput, ExperimentTable } from "@performer/schema";
import type { CurvePoint } from "../training/curves.ts";
import { CONTENDERS } from "../training/models.ts";
import type { LongResult, MemoryPoint, Trained } from "./result.ts";

const GIB = 2 ** 30;
const gib = (bytes: number) => `${(bytes / GIB).toFixed(2)} GiB`;
const percent = (share: number) => `${(100 * share).toFixed(2)} %`;

export function longClaims(result: LongResult): ExperimentClaim[] {
  const { tokens, memory, trained, memoryBoundGib } = result;
  const at = (attention: MemoryPoint["attention"]) =>
    memory.find((point) => point.attention === attention && point.window === tokens);
  const [performer, exact] = [at("performer-relu"), at("transformer")];
  const claims: ExperimentClaim[] = [];
  if (performer && exact) {
    claims.push({
      claim: `At ${countText(tokens)} tokens a Transformer of the same size runs out of memory, a Performer does not`,
      holds: exact.peakBytes > memoryBoundGib * GIB && performer.peakBytes < memoryBoundGib * GIB,
      evidence: `Transformer ${gib(exact.peakBytes)} (${exact.measured ? "measured" : "computed"}), Performer ${gib(performer.peakBytes)}; bound ${memoryBoundGib} GiB`,
    });
  }
  const [long, short] = ["performer-relu", "transformer"].map((attention) =>
    trained.find((model) => model.attention === attention),
  );
  if (long && short) {
    claims.push({
      claim: "In the same memory and with the same tokens, the Performer is more accurate",
      holds: finalOf(long).accuracy > finalOf(short).accuracy,
      evidence: `Performer at ${countText(long.window)}: ${describe(long)}; Transformer at ${countText(short.window)}: ${describe(short)}`,
    });
  }
  return claims;
}

export function longTables(result: LongResult): ExperimentTable[] {
  const windows = [...new Set(result.memory.map(({ window }) => window))].sort((a, b) => a - b);
  const cell = (attention: MemoryPoint["attention"], window: number) => {
    const point = result.memory.find((p) => p.attention === attention && p.window === window);
    return point ? `${gib(point.peakBytes)}${point.measured ? "" : " (computed)"}` : "";
  };
  return [
    {
      title: `Peak memory of training with ${countText(result.tokens)} tokens a step`,
      columns: ["window", "rows", "Transformer", "Performer-ReLU"],
      rows: windows.map((window) => [
        countText(window),
        countText(result.tokens / window),
        cell("transformer", window),
        cell("performer-relu", window),
      ]),
    },
    {
      title: "In the same memory, with the same tokens",
      columns: ["model", "window", "tokens", "validation perplexity", "accuracy"],
      rows: [
        ...result.trained.map((model) => [
          CONTENDERS[model.attention].title,
          countText(model.window),
          `${(finalOf(model).tokens / 1e6).toFixed(2)} million`,
          finalOf(model).perplexity.toFixed(3),
          percent(finalOf(model).accuracy),
        ]),
        [
          "empirical baseline",
          "",
          "",
          result.unigram.perplexity.toFixed(3),
          percent(result.unigram.accuracy),
        ],
      ],
    },
  ];
}

export function longFigures(result: LongResult): ExperimentFigureInput[] {
  const memoryLine = (attention: MemoryPoint["attention"], measured: boolean) => {
    const points = result.memory
      .filter((point) => point.attention === attention)
      .sort((a, b) => a.window - b.window);
    const lastMeasured = points.findLastIndex((point) => point.measured);
    const shown = measured ? points.slice(0, lastMeasured + 1) : points.slice(lastMeasured);
    return shown.map(({ window, peakBytes }) => ({ x: window, y: peakBytes / GIB }));
  };
  const computed = memoryLine("transformer", false);
  const figures: ExperimentFigureInput[] = [
    {
      kind: "lines",
      id: "memory",
      title: `Memory of training, ${countText(result.tokens)} tokens a step`,
      caption:
        "Peak resident memory of a process that trains two steps. The number of tokens is the same everywhere: shorter windows come in more rows.",
      xTitle: "window, tokens",
      yTitle: "GiB",
      xScale: "log2",
      yScale: "log2",
      series: [
        { name: "Transformer", color: 0, points: memoryLine("transformer", true) },
        ...(computed.length > 1
          ? [{ name: "Transformer, computed", color: 0, dashed: true, points: computed }]
          : []),
        { name: "Performer-ReLU", color: 1, points: memoryLine("performer-relu", true) },
      ].filter(({ points }) => points.length > 0),
      references: [{ name: "bound of measuring", y: result.memoryBoundGib }],
    },
  ];
  if (result.trained.length > 0) {
    figures.push({
      kind: "lines",
      id: "training",
      title: "The same memory, the same tokens",
      caption: "Validation solid, training dashed.",
      xTitle: "tokens, millions",
      yTitle: "perplexity",
      series: result.trained.flatMap(({ attention, window, curves }) => {
        const color = attention === "transformer" ? 0 : 1;
        const name = `${CONTENDERS[attention].title}, ${countText(window)}`;
        const from = (curves.validation[0] as CurvePoint).step;
        return [
          { name, color, points: line(curves.validation) },
          {
            name: `${name}, training`,
            color,
            dashed: true,
            points: line(curves.train.filter(({ step }) => step >= from)),
          },
        ];
      }),
      references: [{ name: "unigram", y: result.unigram.perplexity }],
    });
  }
  return figures;
}

const line = (points: readonly CurvePoint[]) =>
  points.map(({ tokens, perplexity }) => ({ x: tokens / 1e6, y: perplexity }));

const finalOf = ({ curves }: Trained) => curves.validation.at(-1) as CurvePoint;

const describe = (model: Trained) =>
  `accuracy ${percent(finalOf(model).accuracy)}, perplexity ${finalOf(model).perplexity.toFixed(3)}`;
