/** A figure as an SVG file that stands alone: drawn by packages/charts in jsdom, on white. */
import { drawFigure } from "@performer/charts";
import type { ExperimentFigure } from "@performer/schema";
import { JSDOM } from "jsdom";

export function figureFileName(name: string, figure: ExperimentFigure): string {
  return figure.id === "" ? `${name}.svg` : `${name}-${figure.id}.svg`;
}

export function figureText(figure: ExperimentFigure): string {
  const { window } = new JSDOM();
  const drawn = drawFigure(figure, { document: window.document, background: "white" });
  const svg = drawn.querySelector("svg");
  if (svg === null) throw new Error(`figureText: expected an svg in "${figure.title}", got none`);
  // charts take the colour of the page's text, and a file has none
  svg.setAttribute("color", "#222222");
  return `${new window.XMLSerializer().serializeToString(svg)}\n`;
}
