/** The result as statements, tables and figures. */
import { countText } from "@performer/charts";
import type { ExperimentClaim, ExperimentFigureInput, ExperimentTable } from "@performer/schema";
import type { CurvePoint } from "../training/curves.ts";
import type { TransferResult } from "./result.ts";

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
const millions = (tokens: number) => tokens / 1e6;

/** Above this, "recovered in a small number of steps" would be a stretch. */
const SMALL_SHARE = 0.25;

export function transferClaims(result: TransferResult): ExperimentClaim[] {
  const { transformer, tuned } = result;
  const goal = lastOf(transformer.validation);
  const [before] = tuned.validation as [CurvePoint];
  const recovered = tuned.validation.find(({ perplexity }) => perplexity <= goal.perplexity);
  const share = recovered && recovered.step / goal.step;
  const own = result.transferred.map(({ layers }) => Math.max(...layers.map((l) => l.own)));
  return [
    {
      claim: "With a Transformer's weights, unchanged, a Performer is worse than the Transformer",
      holds: before.perplexity > goal.perplexity,
      evidence: `accuracy ${percent(before.accuracy)} instead of ${percent(goal.accuracy)}, perplexity ${before.perplexity.toFixed(3)} instead of ${goal.perplexity.toFixed(3)}`,
    },
    {
      claim: "Fine-tuning recovers the accuracy in a small fraction of the original steps",
      holds: share !== undefined && share <= SMALL_SHARE,
      evidence: recovered
        ? `the Transformer's perplexity is reached at step ${countText(recovered.step)}, ${percent(share ?? 0)} of its ${countText(goal.step)} steps`
        : `it is not reached in ${lastOf(tuned.validation).step} steps`,
    },
    {
      claim: "The error of each layer falls as the number of features grows",
      holds: own.every((error, i) => i === 0 || error < (own[i - 1] as number)),
      evidence: result.transferred
        .map(({ numFeatures }, i) => `M ${numFeatures}: ${percent(own[i] as number)}`)
        .join(", "),
    },
  ];
}

export function transferTables(result: TransferResult): ExperimentTable[] {
  const goal = lastOf(result.transformer.validation);
  return [
    {
      title: "Before any fine-tuning",
      columns: ["features a head", "perplexity", "accuracy", "lowest and highest draw"],
      rows: [
        ...result.transferred.map(({ numFeatures, perplexity, accuracy, accuracyRange }) => [
          countText(numFeatures),
          perplexity.toFixed(3),
          percent(accuracy),
          accuracyRange.map(percent).join(" to "),
        ]),
        ["exact (the Transformer)", goal.perplexity.toFixed(3), percent(goal.accuracy), ""],
      ],
    },
    {
      title: "Relative error of the attention's output: own (accumulated; worst head)",
      columns: ["features a head", ...layersOf(result).map((layer) => `layer ${layer}`)],
      rows: result.transferred.map(({ numFeatures, layers }) => [
        countText(numFeatures),
        ...layers.map(
          ({ own, accumulated, worstHead }) =>
            `${percent(own)} (${percent(accumulated)}; ${percent(worstHead)})`,
        ),
      ]),
    },
  ];
}

export function transferFigures(result: TransferResult): ExperimentFigureInput[] {
  const { transformer, scratch, tuned } = result;
  const line = (points: readonly CurvePoint[]) =>
    points.map(({ tokens, perplexity }) => ({ x: millions(tokens), y: perplexity }));
  return [
    {
      kind: "lines",
      id: "",
      title: "Recovery of a Transformer's weights in a Performer",
      caption:
        "Perplexity on the validation sequences. The line of the fine-tuned model begins with the Transformer's weights in a Performer-softmax, before any step.",
      xTitle: "tokens, millions",
      yTitle: "validation perplexity",
      series: [
        { name: "fine-tuned", points: line(tuned.validation) },
        { name: "from scratch", points: line(scratch.validation) },
        { name: "Transformer", points: line(transformer.validation), dashed: true },
      ],
      references: [{ name: "Transformer, trained", y: lastOf(transformer.validation).perplexity }],
    },
    {
      kind: "lines",
      id: "divergence",
      title: "Error of each layer before fine-tuning",
      caption:
        "Relative error of the attention's output, mean over draws of the projections: with the exact layer's own input (solid), and with what the layers below hand over (dashed).",
      xTitle: "features a head, M",
      yTitle: "relative error",
      xScale: "log2",
      yScale: "log10",
      series: layersOf(result).flatMap((layer) =>
        (["own", "accumulated"] as const).map((kind) => ({
          name: `layer ${layer}, ${kind}`,
          color: layer,
          dashed: kind === "accumulated",
          points: result.transferred.map(({ numFeatures, layers }) => ({
            x: numFeatures,
            y: layers[layer]![kind],
          })),
        })),
      ),
    },
  ];
}

const layersOf = ({ transferred }: TransferResult) =>
  (transferred[0]?.layers ?? []).map((_, layer) => layer);

const lastOf = (points: readonly CurvePoint[]) => points.at(-1) as CurvePoint;
