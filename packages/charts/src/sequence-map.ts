/**
 * Attention between the residues of one sequence: a heat map whose axes are numbered residues, with a
 * crosshair and a line of text below that names the pair ("M12 attends to K40: 0.031").
 */
import type { ColorScale } from "./color-scale.ts";
import { heatMap } from "./heat-map.ts";
import type { HeatMapCell } from "./heat-map-cells.ts";
import { numberText } from "./number-text.ts";

export interface SequenceMapData {
  /** One letter a residue, L of them. */
  readonly sequence: string;
  /** [L × L] row-major: row i holds the attention that residue i pays. */
  readonly values: ArrayLike<number>;
}

export interface SequenceMapOptions {
  readonly document: Document;
  /** "layer 2, head 1" */
  readonly title: string;
  readonly colorScale?: ColorScale;
  /** px of the cells together; 640 without. */
  readonly width?: number;
  readonly renderer?: "svg" | "canvas" | "auto";
  readonly onHover?: (cell: HeatMapCell | null) => void;
}

const HINT = "Point at a cell, or press the arrow keys in the map, to read its residues.";

/** @throws {RangeError} where the sequence is empty or `values` are not L × L. */
export function sequenceMap(data: SequenceMapData, options: SequenceMapOptions): HTMLElement {
  const { document, onHover, ...rest } = options;
  const residues = Array.from(data.sequence, (letter, index) => `${letter}${index + 1}`);
  const readout = document.createElement("figcaption");
  readout.setAttribute("aria-live", "polite");
  readout.textContent = HINT;

  const figure = heatMap(
    { rows: residues.length, columns: residues.length, values: data.values },
    {
      width: 640,
      ...rest,
      document,
      legendTitle: "attention",
      rowLabels: residues,
      columnLabels: residues,
      rowTitle: "attending residue",
      columnTitle: "attended residue",
      crosshair: true,
      onHover: (cell) => {
        readout.textContent = cell ? describeAttention(cell) : HINT;
        onHover?.(cell);
      },
    },
  );
  figure.classList.add("sequence-map");
  figure.append(readout);
  return figure;
}

function describeAttention({ rowLabel, columnLabel, value }: HeatMapCell): string {
  const amount = value === null ? "undefined" : numberText(value);
  return `${rowLabel} attends to ${columnLabel}: ${amount}`;
}
