/** An evaluation report as a table for the terminal. */
import type { EvaluatedPart, EvaluationReport, Metrics } from "@performer/schema";

const ROWS = { pad: "one sequence each", concatenate: "joined sequences" } as const;

export function formatReport({ model, scoring, baselines, sets }: EvaluationReport): string {
  const { seeds, window, layout, fraction, task } = scoring;
  const rows = `rows of ${window} tokens, ${ROWS[layout]}`;
  return [
    `${model.name}, step ${model.step}`,
    task === "masked"
      ? `Hidden residues (${(100 * (fraction ?? 0)).toFixed(0)} %), ${seeds.length} ${seeds.length === 1 ? "draw" : "draws"}, ${rows}`
      : `Every next token, ${rows}`,
    ...sets.flatMap(({ name, parts }) => parts.flatMap((part) => formatPart(name, part))),
    "",
    `The baselines are fitted on ${baselines.fittedOn.map(({ name }) => name).join(", ")} and scored on every residue.`,
  ].join("\n");
}

const WIDTHS = [12, 20, 20, 12] as const;
const line = (cells: readonly string[]) =>
  cells
    .map((cell, i) => (i === 0 ? cell.padEnd(WIDTHS[0]) : cell.padStart(WIDTHS[i] as number)))
    .join("");

function formatPart(set: string, { name, sequences, model, baselines }: EvaluatedPart): string[] {
  const positions = model.draws.reduce((sum, { weightSum }) => sum + weightSum, 0);
  return [
    "",
    `${set}, ${name === "all" ? "all" : `part "${name}"`}: ${sequences.toLocaleString("en")} sequences`,
    line(["", "perplexity", "accuracy", "positions"]),
    line([
      "model",
      spread(model.perplexity, 1, 3),
      `${spread(model.accuracy, 100, 2)} %`,
      positions.toLocaleString("en"),
    ]),
    ...baselines.map(formatBaseline),
  ];
}

function formatBaseline({ perplexity, accuracy, weightSum }: Metrics, n: number): string {
  return line([
    n === 0 ? "unigram" : `${n + 1}-gram`,
    perplexity.toFixed(3),
    `${(100 * accuracy).toFixed(2)} %`,
    weightSum.toLocaleString("en"),
  ]);
}

/** Mean, and over more than one draw its standard deviation. */
function spread(
  { mean, deviation }: EvaluatedPart["model"]["perplexity"],
  factor: number,
  digits: number,
): string {
  const value = (factor * mean).toFixed(digits);
  return deviation === null ? value : `${value} ± ${(factor * deviation).toFixed(digits)}`;
}
