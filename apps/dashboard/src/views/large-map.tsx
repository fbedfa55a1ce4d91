/** One head looked at closely: its map with zoom and pan, what its residues receive, and its strongest pairs. */
import type { MapWindow } from "@performer/charts";
import { wholeWindow, zoomWindow } from "@performer/charts";
import type { AttentionWeights, ModelSummary } from "@performer/schema";
import { useEffect, useRef, useState } from "preact/hooks";
import type { AttentionCells, Compute } from "../compute/compute.ts";
import { type HeadPlace, stepHead } from "../model/head-place.ts";
import { formatWindow, parseWindow } from "../model/map-address.ts";
import { isSingle } from "../model/map-labels.ts";
import { cropCells, type HeadCells } from "../model/map-reading.ts";
import { Fault } from "../parts/notice.tsx";
import { Progress } from "../parts/progress.tsx";
import { useAnswer } from "../use-answer.ts";
import type { NamedSequence } from "../use-sequence.ts";
import { contrastOf, type MapContrast, WeightsChoice } from "./map-contrast.tsx";
import { MapDetails } from "./map-details.tsx";
import { ZoomMap } from "./zoom-map.tsx";

export interface LargeMapProps {
  readonly protein: NamedSequence;
  readonly compute: Compute;
  readonly model: ModelSummary;
  /** The whole map of every head, coarse where the protein is long. */
  readonly overview: AttentionCells;
  readonly place: HeadPlace;
  readonly onPlace: (place: HeadPlace | null) => void;
  /** The part that the address names; the whole without. */
  readonly part: string | null;
  readonly onPart: (part: string | null) => void;
}

/** Cells a side of one look. */
const MOST_CELLS = 320;
const ZOOM_STEP = 2;

export function LargeMap(props: LargeMapProps) {
  const { protein, model, place, onPlace, part, onPart } = props;
  const { length } = protein.sequence;
  const [window, showWindow] = useState(() => parseWindow(part, length) ?? wholeWindow(length));
  const setWindow = (next: MapWindow) => {
    showWindow(next);
    onPart(next.size === length ? null : formatWindow(next));
  };
  const [contrast, setContrast] = useState<MapContrast>("model");
  const panel = useRef<HTMLElement>(null);
  const title = `Layer ${place.layer + 1}, head ${place.head + 1}`;
  const shown = useCells(props, window, contrast);

  useEffect(() => {
    // on a narrow page the map stands above the grid that was clicked
    panel.current?.scrollIntoView({ block: "nearest" });
  }, []);
  useEffect(() => {
    const close = (event: KeyboardEvent) => {
      if (event.key === "Escape") onPlace(null);
    };
    addEventListener("keydown", close);
    return () => removeEventListener("keydown", close);
  }, [onPlace]);

  const zoom = (factor: number) => setWindow(zoomWindow(window, factor, length));
  return (
    <section class="panel attention-one" ref={panel} aria-label={title}>
      <div class="panel-head">
        <h2 class="panel-title">{title}</h2>
        <div class="button-row">
          <button type="button" onClick={() => onPlace(stepHead(model.config, place, -1))}>
            Previous
          </button>
          <button type="button" onClick={() => onPlace(stepHead(model.config, place, 1))}>
            Next
          </button>
          <button type="button" onClick={() => onPlace(null)}>
            Close
          </button>
        </div>
      </div>
      <div class="map-tools">
        <div class="button-row">
          <button type="button" disabled={window.size <= 8} onClick={() => zoom(1 / ZOOM_STEP)}>
            Zoom in
          </button>
          <button type="button" disabled={window.size === length} onClick={() => zoom(ZOOM_STEP)}>
            Zoom out
          </button>
          <button
            type="button"
            disabled={window.size === length}
            onClick={() => setWindow(wholeWindow(length))}
          >
            Whole
          </button>
        </div>
        <WeightsChoice {...props} contrast={contrast} onContrast={setContrast} />
      </div>
      {shown.error !== null && (
        <Fault subject="This part of the map" error={shown.error} onRetry={shown.reload} />
      )}
      {shown.cells === null ? (
        shown.error === null && (
          <Progress progress={shown.progress}>Reading this part of the map …</Progress>
        )
      ) : (
        <>
          <ZoomMap
            protein={protein}
            title={`${protein.name}, ${title.toLowerCase()}`}
            cells={shown.cells}
            signed={contrast === "difference"}
            stale={shown.stale}
            window={window}
            onWindow={setWindow}
          />
          <MapDetails
            protein={protein}
            cells={shown.cells}
            signed={contrast === "difference"}
            name={`${protein.name} head ${place.layer + 1}.${place.head + 1}`}
          />
        </>
      )}
    </section>
  );
}

/** The cells of the window; those of the one before until they have come. */
function useCells(
  { protein, compute, model, overview, place }: LargeMapProps,
  window: MapWindow,
  contrast: MapContrast,
) {
  const ofPlace: HeadCells = {
    rows: overview.rows,
    columns: overview.columns,
    values: overview.maps[place.layer]?.[place.head] ?? [],
  };
  const atHand = isSingle(overview.rows);
  const read = async (weights: AttentionWeights, ask: Parameters<Compute["attention"]>[1]) => {
    if (weights === "model" && atHand) return cropCells(ofPlace, window);
    const { rows, columns, maps } = await compute.attention(
      {
        model: model.id,
        sequence: protein.sequence,
        layers: [place.layer],
        heads: [place.head],
        rows: { from: window.row, to: window.row + window.size },
        columns: { from: window.column, to: window.column + window.size },
        maxSize: MOST_CELLS,
        weights,
      },
      ask,
    );
    return { rows, columns, values: maps[0]?.[0] ?? [] };
  };
  const key = [contrast, window.row, window.column, window.size].join(" ");
  const answer = useAnswer((ask) => contrastOf(contrast, (weights) => read(weights, ask)), key);
  const last = useRef<HeadCells | null>(null);
  if (answer.value !== null) last.current = answer.value;
  return {
    cells: answer.value ?? last.current,
    stale: answer.value === null,
    error: answer.pending ? null : answer.error,
    progress: answer.progress,
    reload: answer.reload,
  };
}
