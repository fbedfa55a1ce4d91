/** The map of a window: residues along both sides, a readout of the pair that is pointed at, zoom and pan. */
import {
  addPanZoom,
  csvText,
  divergingScaleFor,
  type HeatMapCell,
  heatMap,
  type MapWindow,
} from "@performer/charts";
import { useRef } from "preact/hooks";
import { sideLabels } from "../model/map-labels.ts";
import type { HeadCells } from "../model/map-reading.ts";
import { Picture, type PictureStyle } from "../parts/picture.tsx";
import { useElementWidth } from "../parts/use-element-width.ts";
import type { NamedSequence } from "../use-sequence.ts";

interface ZoomMapProps {
  readonly protein: NamedSequence;
  readonly title: string;
  readonly cells: HeadCells;
  /** Whether values are differences. */
  readonly signed: boolean;
  /** These are the cells of the window before; its own are on their way. */
  readonly stale: boolean;
  readonly window: MapWindow;
  readonly onWindow: (window: MapWindow) => void;
}

/** Labels left of the cells and the legend right of them, px. */
const FRAME_WIDTH = 132;
const PLOT = { least: 180, most: 720 } as const;
const HINT =
  "Point at a cell, or press the arrow keys in the map, to read its residues. Zoom with a double click, + and −, or the wheel while the map has the focus; drag, or hold Shift with an arrow, to move.";

export function ZoomMap(props: ZoomMapProps) {
  const { protein, title, cells, signed, stale, window, onWindow } = props;
  const { rows, columns, values } = cells;
  const [frame, width] = useElementWidth<HTMLDivElement>();
  const readout = useRef<HTMLParagraphElement>(null);
  const plotWidth = Math.max(PLOT.least, Math.min(PLOT.most, width - FRAME_WIDTH));
  const rowLabels = sideLabels(protein.sequence, rows);
  const columnLabels = sideLabels(protein.sequence, columns);
  const matrix = { rows: rows.cells, columns: columns.cells, values };

  // written past the framework: a pointer over a map must not draw it anew
  const read = (cell: HeatMapCell | null) => {
    if (readout.current) readout.current.textContent = cell ? describe(cell, signed) : HINT;
  };
  const figure = (style: Pick<PictureStyle, "background">) =>
    heatMap(matrix, {
      document,
      title,
      legendTitle: signed ? "model − softmax" : "attention",
      rowLabels,
      columnLabels,
      rowTitle: "attending residue",
      columnTitle: "attended residue",
      width: plotWidth,
      crosshair: true,
      renderer: "canvas",
      onHover: read,
      ...(signed && { colorScale: divergingScaleFor(matrix) }),
      ...(style.background !== undefined && { background: style.background }),
    });
  const draw = () => {
    const map = figure({});
    map.classList.add("sequence-map");
    addPanZoom(map, { window, length: protein.sequence.length, onWindow });
    return map;
  };
  return (
    <div class={stale ? "zoom-map zoom-map-stale" : "zoom-map"} aria-busy={stale}>
      <div ref={frame}>
        {width > 0 && (
          <Picture
            name={title}
            draw={draw}
            drawFile={figure}
            of={[cells, plotWidth, window.row, window.column, window.size, signed]}
            csv={() => cellsCsv(cells, rowLabels, columnLabels)}
          />
        )}
      </div>
      <p class="map-readout muted" ref={readout} aria-live="polite">
        {HINT}
      </p>
    </div>
  );
}

function describe({ rowLabel, columnLabel, value }: HeatMapCell, signed: boolean): string {
  const amount = value === null ? "undefined" : value.toPrecision(3).replace("-", "−");
  const verb = rowLabel.includes("–") ? "attend" : "attends";
  return `${rowLabel} ${verb} to ${columnLabel}: ${amount}${signed ? " more than softmax" : ""}`;
}

function cellsCsv(
  { columns, values }: HeadCells,
  down: readonly string[],
  across: readonly string[],
) {
  const lines = down.flatMap((row, i) =>
    across.map((column, j) => [row, column, values[i * columns.cells + j] ?? null]),
  );
  return csvText(["row", "column", "attention"], lines);
}
