/** Text and sizes shared by the SVG parts of charts. Colours come from the page through currentColor. */
import { type Selection, select } from "d3";

export type SvgGroup = Selection<SVGGElement, unknown, null, undefined>;
export type SvgRoot = Selection<SVGSVGElement, unknown, null, undefined>;

/** px */
export const FONT_SIZE = 11;
/** Width of a text in px, by the mean letter of a sans-serif face: without a layout engine (Node) nothing measures. */
export const textWidth = (text: string): number => Math.ceil(text.length * FONT_SIZE * 0.6);

/** A heading at the top left, smaller where the chart is narrower than it. */
export function drawTitle(svg: SvgRoot, title: string, width: number): void {
  const size = FONT_SIZE + 2;
  const needed = textWidth(title) * (size / FONT_SIZE);
  svg
    .append("text")
    .attr("class", "title")
    .attr("x", 2)
    .attr("y", size + 2)
    .attr("font-size", Math.min(size, Math.max(9, (size * width) / needed)).toFixed(1))
    .attr("font-weight", 600)
    .text(title);
}

const SVG_NAMESPACE = "http://www.w3.org/2000/svg";
const XMLNS_NAMESPACE = "http://www.w3.org/2000/xmlns/";

/** An SVG element that also stands alone as a file, and scales down with the page. */
export function createSvg(document: Document, width: number, height: number): SvgRoot {
  const element = document.createElementNS(SVG_NAMESPACE, "svg");
  element.setAttributeNS(XMLNS_NAMESPACE, "xmlns", SVG_NAMESPACE);
  return select(element)
    .attr("viewBox", `0 0 ${width} ${height}`)
    .attr("width", width)
    .attr("height", height)
    .attr("font-family", "system-ui, sans-serif")
    .attr("font-size", FONT_SIZE)
    .attr("fill", "currentColor")
    .attr("style", "display:block;max-width:100%;height:auto;position:relative");
}
