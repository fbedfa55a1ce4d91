/** Charts in Node: drawn in jsdom's document, given out as the text of an SVG file on white. */
import { svgText } from "@performer/charts";
import { JSDOM } from "jsdom";

export interface SvgStage {
  readonly document: Document;
  readonly background: "white";
}

export function drawSvg(draw: (stage: SvgStage) => Element): string {
  const { window } = new JSDOM();
  const figure = draw({ document: window.document, background: "white" });
  return svgText(figure, window);
}
