/** A figure of packages/charts as SVG, which notebooks show and code hosts draw. */
import { standaloneSvg } from "@performer/charts";
import { JSDOM } from "jsdom";

/** @param figure as of `drawFigure`: kind "lines", "heat-map" or "scatter". */
export const drawSvg = (figure) => standaloneSvg(figure, new JSDOM().window);
