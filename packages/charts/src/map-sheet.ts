/**
 * Rows of small maps as one SVG that stands alone, each map an image, since a rectangle a cell would be
 * half a million of them. The image's format is the caller's business: Node packs pixels with zlib
 * (`@performer/charts/node`), a browser has a canvas.
 */
import type { ColoredMap } from "./attention-maps.ts";
import { type Raster, rasterize } from "./raster.ts";
import { createSvg, drawTitle, FONT_SIZE } from "./svg.ts";

export interface MapSheetOptions {
  readonly document: Document;
  readonly title: string;
  /** A data URL of the pixels. */
  readonly imageUrl: (raster: Raster) => string;
  /** px of a map; 96 without. */
  readonly mapSize?: number;
  /** Above the maps, from left to right. */
  readonly columnLabels?: readonly string[];
  /** The page shows through without; a file that stands alone wants "white". */
  readonly background?: string;
}

export interface MapRow {
  readonly label: string;
  /** `caption`: a few words below the map. */
  readonly maps: readonly (ColoredMap & { readonly caption?: string | undefined })[];
}

/** px */
const GAP = 8;
const LABEL_WIDTH = 50;
const TOP = 2 * FONT_SIZE + 14;
const CAPTION = FONT_SIZE + 5;

export function mapSheet(rows: readonly MapRow[], options: MapSheetOptions): SVGSVGElement {
  const { document, title, imageUrl, mapSize = 96, columnLabels = [], background } = options;
  const hasCaptions = rows.some(({ maps }) => maps.some(({ caption }) => caption));
  const columns = Math.max(...rows.map(({ maps }) => maps.length));
  const step = { x: mapSize + GAP, y: mapSize + GAP + (hasCaptions ? CAPTION : 0) };
  const width = LABEL_WIDTH + columns * step.x;
  const height = TOP + FONT_SIZE + rows.length * step.y;
  const svg = createSvg(document, width, height).attr("role", "img").attr("aria-label", title);
  if (background) {
    svg.append("rect").attr("width", "100%").attr("height", "100%").attr("fill", background);
  }
  drawTitle(svg, title, width);
  const label = (x: number, y: number, text: string, anchor: "start" | "middle") =>
    svg.append("text").attr("x", x).attr("y", y).attr("text-anchor", anchor).text(text);
  columnLabels.forEach((text, column) => {
    label(LABEL_WIDTH + column * step.x + mapSize / 2, TOP, text, "middle");
  });
  const top = TOP + 6;
  rows.forEach((row, index) => {
    const y = top + index * step.y;
    label(2, y + mapSize / 2 + FONT_SIZE / 3, row.label, "start");
    row.maps.forEach(({ matrix, scale, caption }, column) => {
      const x = LABEL_WIDTH + column * step.x;
      svg
        .append("image")
        .attr("x", x)
        .attr("y", y)
        .attr("width", mapSize)
        .attr("height", mapSize)
        .attr("preserveAspectRatio", "none")
        .attr("style", "image-rendering:pixelated")
        .attr("href", imageUrl(rasterize(matrix, scale, 2 * mapSize)));
      if (caption) label(x + mapSize / 2, y + mapSize + FONT_SIZE + 1, caption, "middle");
    });
  });
  return svg.node() as SVGSVGElement;
}
