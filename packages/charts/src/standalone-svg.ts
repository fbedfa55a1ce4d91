/** A figure as the text of an SVG that stands alone, on white: a file of the docs, an output of a notebook. */
import { drawFigure, type Figure } from "./figure.ts";
import type { Raster } from "./raster.ts";

/** What a browser's window and a jsdom have. */
export interface DrawingWindow {
  readonly document: Document;
  readonly XMLSerializer: new () => { serializeToString(root: Node): string };
}

/**
 * @param imageUrl of maps: `pngUrl` of @performer/charts/node.
 * @throws {RangeError} where the data does not make a chart of its kind.
 */
export function standaloneSvg(
  figure: Figure,
  window: DrawingWindow,
  imageUrl?: (raster: Raster) => string,
): string {
  const { document } = window;
  return svgText(drawFigure(figure, { document, background: "white", imageUrl }), window);
}

/**
 * Text of a chart that was drawn in the window's document. @param drawn an `<svg>`, or what holds one.
 * @throws {RangeError} where it holds none.
 */
export function svgText(drawn: Element, { XMLSerializer }: DrawingWindow): string {
  const svg = drawn.localName === "svg" ? drawn : drawn.querySelector("svg");
  if (svg === null) {
    throw new RangeError(
      'svgText: expected a chart drawn in SVG, got one without; choose renderer "svg"',
    );
  }
  // charts take the colour of the page's text, and a file has none
  svg.setAttribute("color", "#222222");
  return `${new XMLSerializer().serializeToString(svg)}\n`;
}
