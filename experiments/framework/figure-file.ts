/** A figure as an SVG file that stands alone: drawn by packages/charts in jsdom, on white. */
import { standaloneSvg } from "@performer/charts";
import { pngUrl } from "@performer/charts/node";
import type { ExperimentFigure } from "@performer/schema";
import { JSDOM } from "jsdom";

export function figureFileName(name: string, figure: ExperimentFigure): string {
  return figure.id === "" ? `${name}.svg` : `${name}-${figure.id}.svg`;
}

export const figureText = (figure: ExperimentFigure): string =>
  standaloneSvg(figure, new JSDOM().window, pngUrl);
