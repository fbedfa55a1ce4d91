/** The two matrices side by side in the same order of residues; pointing at a cell reads both. */
import {
  createColorScale,
  csvText,
  divergingScaleFor,
  type HeatMapCell,
  heatMap,
  type Matrix,
  matrixFromRows,
  pointAt,
} from "@performer/charts";
import {
  markedCells,
  offDiagonal,
  orderResidues,
  type ResidueOrder,
  readPair,
} from "@performer/interpret/reading";
import type { SimilarityResponse } from "@performer/schema";
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { formatCorrelation, formatScore } from "../model/format.ts";
import { residueName } from "../model/residues.ts";
import { Picture, type PictureStyle } from "../parts/picture.tsx";
import { useElementWidth } from "../parts/use-element-width.ts";

interface SimilarityMatricesProps {
  readonly response: SimilarityResponse;
  readonly order: ResidueOrder;
}

/** Labels left of the cells and the legend right of them, px. */
const FRAME_WIDTH = 80;
const LARGEST_PLOT = 520;

/** Off its diagonal BLOSUM62 lies between −4 and 3: the same reach on both sides, white at 0. */
const BLOSUM_SCALE = createColorScale({ kind: "diverging", domain: [-4, 4] });

export function SimilarityMatrices({ response, order }: SimilarityMatricesProps) {
  const [frame, width] = useElementWidth<HTMLDivElement>();
  const [pair, setPair] = useState<readonly [string, string] | null>(null);
  const point = useCallback(
    (cell: HeatMapCell | null) => setPair(cell && [cell.rowLabel, cell.columnLabel]),
    [],
  );
  const matrices = useRef<HTMLDivElement>(null);
  const letters = orderResidues(response.residues, order);
  const shown = useMemo(() => matricesOf(response, letters), [response, letters]);
  const plotWidth = Math.min(LARGEST_PLOT, width - FRAME_WIDTH);

  useLayoutEffect(() => {
    const cell = pair && { row: letters.indexOf(pair[0]), column: letters.indexOf(pair[1]) };
    for (const map of matrices.current?.querySelectorAll<HTMLElement>(".heat-map") ?? []) {
      pointAt(map, cell);
    }
  }, [pair, letters]);

  const options = {
    document,
    rowLabels: [...letters],
    columnLabels: [...letters],
    highlights: markedCells(letters),
    width: plotWidth,
    onHover: point,
  };
  const drawSimilarity = (style: PictureStyle) =>
    heatMap(shown.similarity, {
      ...options,
      ...forFile(style),
      title: "Learned: similarity by attention",
      legendTitle: "Pearson r over heads",
      colorScale: divergingScaleFor(shown.similarity),
    });
  const drawBlosum = (style: PictureStyle) =>
    heatMap(shown.blosum62, {
      ...options,
      ...forFile(style),
      title: "Counted: BLOSUM62",
      legendTitle: "score, half bits",
      colorScale: BLOSUM_SCALE,
    });
  const dependencies = [shown, plotWidth];
  return (
    <section class="panel">
      <div class="matrices" ref={matrices}>
        <div ref={frame}>
          {plotWidth > 0 && (
            <Picture
              name="similarity by attention"
              draw={drawSimilarity}
              of={dependencies}
              csv={() => matrixCsv(shown.similarity, letters)}
            />
          )}
        </div>
        <div>
          {plotWidth > 0 && (
            <Picture
              name="BLOSUM62"
              draw={drawBlosum}
              of={dependencies}
              csv={() => matrixCsv(shown.blosum62, letters)}
            />
          )}
        </div>
      </div>
      <p class="readout" aria-live="polite">
        {pair ? (
          <PairReadout response={response} pair={pair} />
        ) : (
          <span class="muted">
            Point at a cell to read the pair in both matrices. Framed: (D, E) and (F, Y). The
            diagonals are left out, as they are from the correlation.
          </span>
        )}
      </p>
    </section>
  );
}

/** A file has its own ground, and nobody points into it. */
const forFile = ({ background }: PictureStyle) =>
  background === undefined ? {} : { background, onHover: () => {} };

const matrixCsv = ({ values, columns }: Matrix, letters: string): string =>
  csvText(
    ["residue", ...letters],
    [...letters].map((letter, row) => [
      letter,
      ...Array.from({ length: columns }, (_, column) => values[row * columns + column] ?? null),
    ]),
  );

function PairReadout({
  response,
  pair,
}: {
  response: SimilarityResponse;
  pair: readonly [string, string];
}) {
  const reading = readPair(response, pair);
  return (
    <>
      <strong>
        {pair.join("–")} <span class="muted">{pair.map(residueName).join(", ")}</span>
      </strong>{" "}
      attention {formatCorrelation(reading.similarity)}
      {reading.rank !== null &&
        pair[0] !== pair[1] &&
        ` (rank ${reading.rank} of ${reading.pairs})`}{" "}
      · BLOSUM62 {formatScore(reading.blosum62)}
    </>
  );
}

function matricesOf(response: SimilarityResponse, letters: string) {
  const { similarity, blosum62 } = offDiagonal(response, letters);
  return { similarity: matrixFromRows(similarity), blosum62: matrixFromRows(blosum62) };
}
