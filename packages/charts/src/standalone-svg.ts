/** A figure as the text of an SVG that stands alone, on white: a file of the docs, an output of a notebook. */
import { drawFigure, type Figure } from "./figure.ts";

/** What a browser's window and a jsdom have. */
export interface DrawingWindow {
  readonly document: Document;
  readonly XMLSerializer: new () => { serializeToString(root: Node): string };
}

/** @throws {RangeError} where the data does not make a chart of its kind. */
export function standaloneSvg(figure: Figure, window: DrawingWindow): string {
  const drawn = drawFigure(figure, { document: window.document, background: "white" });
  const svg = drawn.querySelector("svg") as SVGSVGElement;
  // charts take the colour of the page's text, and a file has none
  svg.setAttribute("color", "#222222");
  return `${new window.XMLSerializer().serializeToString(svg)}\n`;
}
