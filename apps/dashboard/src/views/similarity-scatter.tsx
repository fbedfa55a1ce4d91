/** Every pair of residues once: what the correlation is made of. */
import { csvText, type ScatterPoint, scatterPlot } from "@performer/charts";
import { MARKED_PAIRS } from "@performer/interpret/reading";
import type { SimilarityResponse } from "@performer/schema";
import { useMemo } from "preact/hooks";
import { formatCorrelation, formatScore } from "../model/format.ts";
import { Picture, type PictureStyle } from "../parts/picture.tsx";
import { useElementWidth } from "../parts/use-element-width.ts";

const HEIGHT = 320;

export function SimilarityScatter({ response }: { response: SimilarityResponse }) {
  const [frame, width] = useElementWidth<HTMLDivElement>();
  const points = useMemo(() => pointsOf(response), [response]);
  const draw = ({ background }: PictureStyle) =>
    scatterPlot(points, {
      document,
      title: `${points.length} pairs of residues`,
      xTitle: "BLOSUM62 score, half bits",
      yTitle: "Pearson r over heads",
      width,
      height: HEIGHT,
      ...(background !== undefined && { background }),
    });
  return (
    <section class="panel">
      <div ref={frame}>
        {width > 0 && points.length > 0 && (
          <Picture
            name="similarity pairs"
            draw={draw}
            of={[points, width]}
            csv={() =>
              csvText(
                ["pair", "blosum62", "pearson_r"],
                points.map(({ x, y, pair }) => [pair, x, y]),
              )
            }
          />
        )}
        {points.length === 0 && <p>No pair has a defined similarity: no head was kept.</p>}
      </div>
    </section>
  );
}

interface PairPoint extends ScatterPoint {
  /** "DE" */
  readonly pair: string;
}

function pointsOf({ residues, similarity, blosum62 }: SimilarityResponse): PairPoint[] {
  const letters = [...residues];
  return letters.flatMap((a, row) =>
    letters.slice(row + 1).flatMap((b, offset) => {
      const column = row + 1 + offset;
      const r = similarity[row]?.[column];
      const score = blosum62[row]?.[column];
      if (r === null || r === undefined || score === undefined) return [];
      const marked = MARKED_PAIRS.some((pair) => pair.includes(a) && pair.includes(b));
      const label = marked
        ? `${a}, ${b}`
        : `${a}, ${b}: r ${formatCorrelation(r)}, BLOSUM62 ${formatScore(score)}`;
      return [{ x: score, y: r, label, marked, pair: a + b }];
    }),
  );
}
