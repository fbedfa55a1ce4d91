/** Every attention map of a model as one SVG that stands alone: rows are layers, columns heads. */
import { type AttentionGridData, type ColorDomain, gridMatrices } from "./attention-maps.ts";
import { type MapSheetOptions, mapSheet } from "./map-sheet.ts";

export interface AttentionFigureOptions extends Omit<MapSheetOptions, "columnLabels"> {
  readonly domain?: ColorDomain;
  /** [layers][heads] a few words below each map. */
  readonly captions?: readonly (readonly string[])[];
}

/** @throws {RangeError} where there is no map, or a map is not L × L, or layers differ in heads. */
export function attentionFigure(
  data: AttentionGridData,
  { domain = "each", captions, ...options }: AttentionFigureOptions,
): SVGSVGElement {
  const { heads, layers } = gridMatrices(data, domain, "attentionFigure");
  const rows = layers.map((maps, layer) => ({
    label: `layer ${layer + 1}`,
    maps: maps.map((map, head) => ({ ...map, caption: captions?.[layer]?.[head] })),
  }));
  const columnLabels = Array.from({ length: heads }, (_, head) => `head ${head + 1}`);
  return mapSheet(rows, { ...options, columnLabels });
}
