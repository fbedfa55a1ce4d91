/**
 * Every attention map of a model as one SVG that stands alone: rows are layers, columns heads, each map an
 * image, since a rectangle a cell would be half a million of them. The image's format is the caller's
 * business: Node packs pixels with zlib, a browser has a canvas.
 */
import { type AttentionGridData, type ColorDomain, gridMatrices } from "./attention-maps.ts";
import { type Raster, rasterize } from "./raster.ts";
import { createSvg, drawTitle, FONT_SIZE } from "./svg.ts";

export interface AttentionFigureOptions {
  readonly document: Document;
  readonly title: string;
  /** A data URL of the pixels. */
  readonly imageUrl: (raster: Raster) => string;
  /** px of a map; 96 without. */
  readonly mapSize?: number;
  readonly domain?: ColorDomain;
  /** [layers][heads] a few words below each map. */
  readonly captions?: readonly (readonly string[])[];
  /** The page shows through without; a file that stands alone wants "white". */
  readonly background?: string;
}

/** px */
const GAP = 8;
const LABEL_WIDTH = 50;
const TOP = 2 * FONT_SIZE + 14;
const CAPTION = FONT_SIZE + 5;

/** @throws {RangeError} where there is no map, or a map is not L × L, or layers differ in heads. */
export function attentionFigure(
  data: AttentionGridData,
  options: AttentionFigureOptions,
): SVGSVGElement {
  const { document, title, imageUrl, mapSize = 96, captions, background } = options;
  const { heads, layers } = gridMatrices(data, options.domain ?? "each", "attentionFigure");
  const step = { x: mapSize + GAP, y: mapSize + GAP + (captions ? CAPTION : 0) };
  const width = LABEL_WIDTH + heads * step.x;
  const height = TOP + FONT_SIZE + layers.length * step.y;
  const svg = createSvg(document, width, height).attr("role", "img").attr("aria-label", title);
  if (background) {
    svg.append("rect").attr("width", "100%").attr("height", "100%").attr("fill", background);
  }
  drawTitle(svg, title, width);
  const label = (x: number, y: number, text: string, anchor: "start" | "middle") =>
    svg.append("text").attr("x", x).attr("y", y).attr("text-anchor", anchor).text(text);
  for (let head = 0; head < heads; head++) {
    label(LABEL_WIDTH + head * step.x + mapSize / 2, TOP, `head ${head + 1}`, "middle");
  }
  const top = TOP + 6;
  layers.forEach((maps, layer) => {
    const y = top + layer * step.y;
    label(2, y + mapSize / 2 + FONT_SIZE / 3, `layer ${layer + 1}`, "start");
    maps.forEach(({ matrix, scale }, head) => {
      const x = LABEL_WIDTH + head * step.x;
      svg
        .append("image")
        .attr("x", x)
        .attr("y", y)
        .attr("width", mapSize)
        .attr("height", mapSize)
        .attr("preserveAspectRatio", "none")
        .attr("style", "image-rendering:pixelated")
        .attr("href", imageUrl(rasterize(matrix, scale, 2 * mapSize)));
      const caption = captions?.[layer]?.[head];
      if (caption) label(x + mapSize / 2, y + mapSize + FONT_SIZE + 1, caption, "middle");
    });
  });
  return svg.node() as SVGSVGElement;
}
