/** Several charts as one SVG, from left to right: a figure of a document is one file. */
import { createSvg } from "./svg.ts";

/** px */
const GAP = 24;

export interface SideBySideOptions {
  readonly document: Document;
  /** Accessible name of the whole. */
  readonly title: string;
  /** The page shows through without; a file that stands alone wants "white". */
  readonly background?: string;
}

/**
 * @param figures as the charts give them; their SVGs are moved out of them.
 * @throws {RangeError} where one holds no SVG.
 */
export function sideBySide(
  figures: readonly Element[],
  { document, title, background }: SideBySideOptions,
): SVGSVGElement {
  const parts = figures.map((figure) => {
    const svg = figure.querySelector("svg");
    if (svg === null) {
      throw new RangeError(
        "sideBySide: expected figures drawn in SVG, got one without; choose that renderer",
      );
    }
    const [width, height] = ["width", "height"].map((name) => Number(svg.getAttribute(name))) as [
      number,
      number,
    ];
    return { svg, width, height };
  });
  const width = parts.reduce((sum, part) => sum + part.width + GAP, -GAP);
  const height = Math.max(...parts.map((part) => part.height));
  const whole = createSvg(document, width, height).attr("role", "img").attr("aria-label", title);
  if (background) {
    whole.append("rect").attr("width", "100%").attr("height", "100%").attr("fill", background);
  }
  let left = 0;
  for (const part of parts) {
    part.svg.setAttribute("x", String(left));
    // of the page's flow, which has no say inside a picture
    part.svg.removeAttribute("style");
    whole.append(() => part.svg);
    left += part.width + GAP;
  }
  return whole.node() as SVGSVGElement;
}
