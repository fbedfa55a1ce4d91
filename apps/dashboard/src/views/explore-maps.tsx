/** The maps of one protein: the grid of all heads, and beside it the chosen one to look at closely. */
import { attentionFigure, attentionGrid, canvasUrl, csvText, selectHead } from "@performer/charts";
import { type HeadReading, readHead } from "@performer/interpret/reading";
import type { ModelSummary } from "@performer/schema";
import { useCallback, useLayoutEffect, useMemo, useState } from "preact/hooks";
import type { AttentionCells, Compute } from "../compute/compute.ts";
import { formatCount } from "../model/format.ts";
import type { HeadPlace } from "../model/head-place.ts";
import { isSingle, sideLabels } from "../model/map-labels.ts";
import { ColorKey } from "../parts/color-key.tsx";
import { Fault } from "../parts/notice.tsx";
import { Picture } from "../parts/picture.tsx";
import { Progress } from "../parts/progress.tsx";
import { useElementWidth } from "../parts/use-element-width.ts";
import { useAnswer } from "../use-answer.ts";
import type { NamedSequence } from "../use-sequence.ts";
import { LargeMap } from "./large-map.tsx";

interface ExploreMapsProps {
  readonly protein: NamedSequence;
  readonly compute: Compute;
  readonly model: ModelSummary;
  /** The head shown closely. */
  readonly head: HeadPlace | null;
  readonly onHead: (head: HeadPlace | null) => void;
  /** The part of that head's map. */
  readonly part: string | null;
  readonly onPart: (part: string | null) => void;
}

/** Cells a side of a thumbnail at most: as many pixels as it has. */
const OVERVIEW_CELLS = 128;

export function ExploreMaps(props: ExploreMapsProps) {
  const { protein, compute, model } = props;
  const whole = { from: 0, to: protein.sequence.length };
  const { value, error, pending, progress, reload } = useAnswer(
    (ask) =>
      compute.attention(
        {
          model: model.id,
          sequence: protein.sequence,
          rows: whole,
          columns: whole,
          maxSize: OVERVIEW_CELLS,
          weights: "model",
        },
        ask,
      ),
    `${compute.place} ${model.name} ${protein.sequence}`,
  );
  if (value !== null) return <Maps {...props} overview={value} />;
  if (error !== null && !pending) {
    return <Fault subject="The attention maps" error={error} onRetry={reload} />;
  }
  return <Progress progress={progress}>Recovering the attention maps …</Progress>;
}

type ColorDomain = "each" | "shared";

/** px: the labels of layers, and a gap beside each thumbnail. */
const LABEL_WIDTH = 56;
const GAP = 6;
const THUMBNAIL = { least: 44, most: 150 } as const;

function Maps({
  protein,
  compute,
  model,
  head,
  onHead,
  part,
  onPart,
  overview,
}: ExploreMapsProps & { overview: AttentionCells }) {
  const [domain, setDomain] = useState<ColorDomain>("each");
  const [frame, width] = useElementWidth<HTMLDivElement>();
  const residues = protein.sequence.length;
  const { numLayers, numHeads, maxLength } = model.config;
  const { maps, rows } = overview;
  const captions = useMemo(() => captionsOf(overview), [overview]);
  const thumbnailSize = sizeOf(width, numHeads);
  const title = `Attention maps of ${protein.name} by layer and head`;
  const data = { length: rows.cells, maps };
  const draw = useCallback(
    () =>
      attentionGrid(data, { document, title, thumbnailSize, domain, captions, onSelect: onHead }),
    [overview, title, thumbnailSize, domain, captions, onHead],
  );
  const drawFile = () =>
    attentionFigure(data, {
      document,
      title,
      domain,
      captions,
      background: "white",
      imageUrl: canvasUrl(document),
    });
  // the grid keeps standing while heads are chosen, so that the keyboard's focus stays in it
  useLayoutEffect(() => {
    const grid = frame.current?.querySelector<HTMLElement>(".attention-grid");
    if (grid) selectHead(grid, head);
  }, [frame, head, draw, width]);
  return (
    <div class={head ? "attention attention-open" : "attention"}>
      <section class="panel attention-all">
        <div class="panel-head">
          <h2 class="panel-title">
            {protein.name}{" "}
            <span class="muted">
              {formatCount(residues)} residues · {numLayers} layers × {numHeads} heads
            </span>
          </h2>
          <label class="check">
            <input
              type="checkbox"
              checked={domain === "shared"}
              onChange={(event) => setDomain(event.currentTarget.checked ? "shared" : "each")}
            />
            One colour scale for all heads
          </label>
        </div>
        {residues > maxLength - 2 && (
          <p class="banner">
            Longer than the {formatCount(maxLength)} positions of training: the model goes on by its
            rotary positions, and nobody has measured how well.
          </p>
        )}
        {width > 0 && widthOf(thumbnailSize, numHeads) > width && (
          <p class="muted attention-note">Swipe the maps sideways to see all {numHeads} heads.</p>
        )}
        <div ref={frame}>
          {width > 0 && (
            <Picture
              name={`attention ${protein.name}`}
              draw={draw}
              drawFile={drawFile}
              of={[draw]}
              csv={() => mapsCsv(protein.sequence, overview)}
            />
          )}
        </div>
        <p class="muted color-key-line">
          no attention <ColorKey /> the strongest of {domain === "each" ? "each map" : "all maps"}
        </p>
        <p class="muted attention-note">
          {isSingle(rows) ? (
            <>
              Click a map to look at it closely. The number is the mean attention distance in
              residues. A <em>local</em> head looks near, a <em>striped</em> one at the same
              residues from everywhere, a <em>flat</em> one at all residues alike; a <em>mixed</em>{" "}
              one is none of these clearly.
            </>
          ) : (
            <>
              Click a map to look at it closely. A cell is the mean of about{" "}
              {Math.round(residues / rows.cells)} × {Math.round(residues / rows.cells)} weights; the
              number is the mean attention distance in residues.
            </>
          )}
        </p>
      </section>
      {head && (
        <LargeMap
          key={`${head.layer}.${head.head}`}
          protein={protein}
          compute={compute}
          model={model}
          overview={overview}
          place={head}
          onPlace={onHead}
          part={part}
          onPart={onPart}
        />
      )}
    </div>
  );
}

function captionsOf({ maps, rows }: AttentionCells): string[][] {
  const width = (rows.to - rows.from) / rows.cells;
  const read = ({ meanDistance, pattern }: HeadReading) =>
    isSingle(rows)
      ? `${meanDistance.toFixed(0)} ${pattern}`
      : `≈ ${formatCount(meanDistance * width)}`;
  return maps.map((layer) => layer.map((map) => read(readHead(map, rows.cells))));
}

/** A line a pair of cells, a column a head. */
function mapsCsv(sequence: string, { maps, layers, rows, columns }: AttentionCells): string {
  const heads = maps.flatMap((ofLayer, at) =>
    ofLayer.map((values, head) => ({ name: `${(layers[at] ?? at) + 1}.${head + 1}`, values })),
  );
  const [down, across] = [sideLabels(sequence, rows), sideLabels(sequence, columns)];
  const lines = down.flatMap((row, i) =>
    across.map((column, j) => [
      row,
      column,
      ...heads.map(({ values }) => values[i * columns.cells + j] ?? null),
    ]),
  );
  return csvText(["row", "column", ...heads.map(({ name }) => name)], lines);
}

const widthOf = (size: number, heads: number): number => LABEL_WIDTH + heads * (size + GAP);

/** As large as the heads of a layer fit side by side. */
function sizeOf(width: number, heads: number): number {
  const fitting = Math.floor((width - LABEL_WIDTH) / heads) - GAP;
  return Math.min(THUMBNAIL.most, Math.max(THUMBNAIL.least, fitting));
}
