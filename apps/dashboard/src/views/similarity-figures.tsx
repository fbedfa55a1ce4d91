/** The agreement of the two matrices in figures, each with what makes it believable or not. */
import type { SimilarityResponse } from "@performer/schema";
import { formatCorrelation, formatCount, formatP } from "../model/format.ts";
import { KeyFigure, KeyFigures } from "../parts/key-figures.tsx";

/** Under this number of heads the estimate of each correlation is noisy (Vig et al. used 144 and more). */
const FEW_HEADS = 50;

const EDGE_NOTES = {
  v1: "attention above 0.1 counted",
  v2: "attention of 0.3 or more, counted once",
  flat: "all their attention counted",
} satisfies Record<SimilarityResponse["edges"], string>;

export function SimilarityFigures({ response }: { response: SimilarityResponse }) {
  const { pearson, spearman, interval, mantelP, headsKept, headsTotal, embeddingControl } =
    response;
  return (
    <KeyFigures>
      <KeyFigure
        label="Pearson r with BLOSUM62"
        value={formatCorrelation(pearson)}
        note={
          interval
            ? `95 % interval ${formatCorrelation(interval[0])} to ${formatCorrelation(interval[1])}`
            : "no interval"
        }
      />
      <KeyFigure
        label="Spearman ρ"
        value={formatCorrelation(spearman)}
        note="190 pairs of residues"
      />
      <KeyFigure
        label="Mantel test, p"
        value={mantelP === null ? "undefined" : formatP(mantelP)}
        note="one-sided, rows permuted"
      />
      <KeyFigure
        label="Heads kept"
        value={`${headsKept} of ${headsTotal}`}
        note={headsKept < FEW_HEADS ? "few heads: read with care" : "enough attention each"}
      />
      <KeyFigure
        label="Proteins"
        value={formatCount(response.sequences)}
        note={EDGE_NOTES[response.edges]}
      />
      <KeyFigure
        label="Control: embeddings"
        value={formatCorrelation(embeddingControl)}
        note="cosine of token embeddings, r"
      />
    </KeyFigures>
  );
}
