/** The similarity of amino acids as a table, a drawing and a summary for the terminal. */
import {
  createColorScale,
  divergingScaleFor,
  heatMap,
  matrixFromRows,
  sideBySide,
} from "@performer/charts";
import type { AminoAcidSimilarity } from "@performer/interpret";
import {
  MARKED_PAIRS,
  markedCells,
  offDiagonal,
  orderResidues,
  rankedPairs,
  readPair,
} from "@performer/interpret/reading";
import { drawSvg } from "./draw-svg.ts";

/** Rows and columns in the order of the letters; an empty cell where the similarity is undefined. */
export function similarityTable({ residues, similarity }: AminoAcidSimilarity): string {
  const rows = similarity.map((row, i) => [residues[i], ...row.map((value) => value ?? "")]);
  return [["", ...residues], ...rows].map((row) => `${row.join("\t")}\n`).join("");
}

/** Off its diagonal BLOSUM62 lies between −4 and 3: the same reach on both sides, white at 0. */
const BLOSUM_SCALE = createColorScale({ kind: "diverging", domain: [-4, 4] });

/** Text of an SVG file: the matrix beside BLOSUM62, marked pairs framed. */
export function drawSimilarity(result: AminoAcidSimilarity, model: string): string {
  const letters = orderResidues(result.residues, "group");
  const shown = offDiagonal(result, letters);
  const learned = matrixFromRows(shown.similarity);
  return drawSvg((stage) => {
    const options = {
      ...stage,
      rowLabels: [...letters],
      columnLabels: [...letters],
      highlights: markedCells(letters),
      width: 400,
      renderer: "svg",
    } as const;
    return sideBySide(
      [
        heatMap(learned, {
          ...options,
          title: `Learned: similarity by attention (${model})`,
          legendTitle: "Pearson r over heads",
          colorScale: divergingScaleFor(learned),
        }),
        heatMap(matrixFromRows(shown.blosum62), {
          ...options,
          title: `Counted: BLOSUM62 (r = ${correlation(result.pearson)})`,
          legendTitle: "score, half bits",
          colorScale: BLOSUM_SCALE,
        }),
      ],
      { ...stage, title: "Similarity of amino acids beside BLOSUM62" },
    );
  });
}

const TOP_PAIRS = 10;

export function formatSimilarity(model: string, result: AminoAcidSimilarity): string {
  const { edges, headsKept, headsTotal, sequences, interval, mantelP } = result;
  const row = (name: string, value: string) => `${name.padEnd(26)}${value}`;
  const pairs = rankedPairs(result).slice(0, TOP_PAIRS);
  return [
    `${model}, ${sequences} sequences, edges ${edges}`,
    row("heads kept", `${headsKept} of ${headsTotal}`),
    row("Pearson r with BLOSUM62", correlation(result.pearson)),
    row("95 % interval", interval ? interval.map(correlation).join(" to ") : "undefined"),
    row("Spearman rho", correlation(result.spearman)),
    row("Mantel test, p", mantelP === null ? "undefined" : mantelP.toPrecision(2)),
    row("control: embeddings, r", correlation(result.embeddingControl)),
    ...MARKED_PAIRS.map((pair) => {
      const { similarity, rank, pairs } = readPair(result, pair);
      const place = rank === null ? "" : `, rank ${rank} of ${pairs}`;
      return row(`(${pair.join(", ")})`, `${correlation(similarity)}${place}`);
    }),
    row(
      "most similar pairs",
      pairs
        .map(({ pair, similarity }) => `${pair.join("")} ${correlation(similarity)}`)
        .join(", ") || "undefined",
    ),
  ].join("\n");
}

const correlation = (value: number | null) => (value === null ? "undefined" : value.toFixed(3));
