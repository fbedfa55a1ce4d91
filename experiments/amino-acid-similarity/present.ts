/** The result as statements, tables and figures. */
import {
  MARKED_PAIRS,
  offDiagonal,
  orderResidues,
  rankedPairs,
  readPair,
} from "@performer/interpret/reading";
import type { ExperimentClaim, ExperimentFigureInput, ExperimentTable } from "@performer/schema";
import type { SimilarityResult } from "./result.ts";

type Comparison = SimilarityResult["trained"][number];

/** The most similar tenth of the 190 pairs. */
const TOP_PAIRS = 19;
const SIGNIFICANT = 0.01;

const correlation = (r: number | null) => (r === null ? "undefined" : r.toFixed(3));
const interval = (bounds: Comparison["interval"]) =>
  bounds === null ? "undefined" : bounds.map((bound) => bound.toFixed(3)).join(" to ");
const probability = (p: number | null) => (p === null ? "undefined" : p.toPrecision(2));

/** The comparison that statements and figures are about. */
const mainOf = ({ trained }: SimilarityResult): Comparison => trained[0] as Comparison;

export function similarityClaims(result: SimilarityResult): ExperimentClaim[] {
  const main = mainOf(result);
  const controls = result.untrained.map(({ pearson }) => pearson ?? 0);
  return [
    {
      claim: "Similarity from attention resembles BLOSUM62",
      holds: (main.pearson ?? 0) > 0 && (main.mantelP ?? 1) < SIGNIFICANT,
      evidence: `r ${correlation(main.pearson)}, 95 % ${interval(main.interval)}, Mantel p ${probability(main.mantelP)}`,
    },
    ...MARKED_PAIRS.map((pair): ExperimentClaim => {
      const { rank, pairs, similarity } = readPair(main, pair);
      return {
        claim: `(${pair.join(", ")}) is among the most similar pairs`,
        holds: rank !== null && rank <= TOP_PAIRS,
        evidence:
          rank === null
            ? "its similarity is undefined"
            : `rank ${rank} of ${pairs}, ${correlation(similarity)}; the most similar tenth is ${TOP_PAIRS}`,
      };
    }),
    {
      claim: "It is learned: the untrained model's similarity resembles BLOSUM62 less",
      holds: controls.every((r) => r < (main.pearson ?? 0)),
      evidence: `r of untrained models ${result.untrained.map(({ pearson }) => correlation(pearson)).join(", ")}`,
    },
  ];
}

export function similarityTables(result: SimilarityResult): ExperimentTable[] {
  const row = (who: string, one: Comparison) => [
    who,
    one.edges,
    `${one.headsKept} of ${one.headsTotal}`,
    correlation(one.pearson),
    interval(one.interval),
    correlation(one.spearman),
    probability(one.mantelP),
    correlation(one.embeddingControl),
  ];
  return [
    {
      title: "Correlation with BLOSUM62 over the 190 pairs",
      columns: [
        "model",
        "edges",
        "heads kept",
        "Pearson r",
        "95 % interval",
        "Spearman ρ",
        "Mantel p",
        "r of the token table",
      ],
      rows: [
        ...result.trained.map((one) => row("trained", one)),
        ...result.untrained.map(({ seed, ...one }) => row(`untrained, seed ${seed}`, one)),
      ],
    },
    {
      title: "The ten most similar pairs by attention",
      columns: ["pair", "similarity", "BLOSUM62"],
      rows: rankedPairs(mainOf(result))
        .slice(0, 10)
        .map(({ pair, similarity, blosum62 }) => [
          pair.join(", "),
          correlation(similarity),
          String(blosum62),
        ]),
    },
  ];
}

export function similarityFigures(result: SimilarityResult): ExperimentFigureInput[] {
  const main = mainOf(result);
  const letters = orderResidues(main.residues, "group");
  const { similarity, blosum62 } = offDiagonal(main, letters);
  const square = { rows: letters.length, columns: letters.length };
  const labels = { rowLabels: [...letters], columnLabels: [...letters] };
  const isMarked = (pair: readonly [string, string]) =>
    MARKED_PAIRS.some((marked) => marked.join() === pair.join());
  const pairs = rankedPairs(main);
  return [
    {
      kind: "heat-map",
      id: "attention",
      title: "Similarity of amino acids from attention",
      caption: `Pearson's r over the ${main.headsKept} heads that count; residues by side chain. ${result.model}, step ${result.step}.`,
      ...square,
      ...labels,
      values: similarity.flat(),
      legendTitle: "Pearson r",
      colors: "diverging",
    },
    {
      kind: "heat-map",
      id: "blosum62",
      title: "BLOSUM62",
      caption: "Scores in half bits, without the diagonal, in the same order.",
      ...square,
      ...labels,
      values: blosum62.flat(),
      legendTitle: "score, half bits",
      colors: "diverging",
    },
    ...(pairs.length === 0
      ? []
      : [
          {
            kind: "scatter" as const,
            id: "pairs",
            title: "Every pair of amino acids",
            caption: `r ${correlation(main.pearson)} (95 % ${interval(main.interval)}) over ${pairs.length} pairs; marked: the article's examples.`,
            xTitle: "BLOSUM62 score, half bits",
            yTitle: "similarity from attention",
            points: pairs.map(({ pair, similarity: y, blosum62: x }) => ({
              x,
              y: y as number,
              label: pair.join(" "),
              ...(isMarked(pair) && { marked: true }),
            })),
          },
        ]),
  ];
}
