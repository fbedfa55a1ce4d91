/** A map of pairs of residues as one SVG that stands alone: scores below zero count as none. */
import { sequentialScaleFor } from "./color-scale.ts";
import { type MapSheetOptions, mapSheet } from "./map-sheet.ts";
import { assertMatrix } from "./matrix.ts";

export interface ContactMapData {
  /** L, residues. */
  readonly length: number;
  /** [L × L] row-major. */
  readonly scores: ArrayLike<number>;
}

export interface ContactFigureOptions extends Omit<MapSheetOptions, "columnLabels" | "mapSize"> {
  /** A few words below the map. */
  readonly caption: string;
}

/** px of the map: a residue of most proteins is a pixel or more. */
const MAP_SIZE = 560;

/** @throws {RangeError} where the scores are not L × L. */
export function contactFigure(
  { length, scores }: ContactMapData,
  { caption, ...options }: ContactFigureOptions,
): SVGSVGElement {
  const values = Float32Array.from(scores, (score) => Math.max(0, score));
  const matrix = { rows: length, columns: length, values };
  assertMatrix(matrix, "contactFigure");
  const map = { matrix, scale: sequentialScaleFor(matrix), caption };
  return mapSheet([{ label: "", maps: [map] }], { ...options, mapSize: MAP_SIZE });
}
