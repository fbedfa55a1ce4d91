/** A chart of a page as a file: an SVG that stands alone, pixels of it for slides, its numbers as CSV. */
import { type DrawingWindow, svgText } from "./standalone-svg.ts";

const SVG_NAMESPACE = "http://www.w3.org/2000/svg";

/**
 * Text of a chart's SVG; cells that it drew on a canvas behind come along as an image.
 * @param drawn a figure of this package, drawn for the file: white background, light theme.
 * @throws {RangeError} where it holds no SVG.
 */
export function pictureSvg(drawn: Element, window: DrawingWindow): string {
  const svg = drawn.localName === "svg" ? drawn : drawn.querySelector("svg");
  const canvas = drawn.querySelector("canvas");
  if (svg && canvas) embed(svg, canvas, window.document);
  return svgText(drawn, window);
}

function embed(svg: Element, canvas: HTMLCanvasElement, document: Document): void {
  const cells = svg.querySelector(".cells");
  const box = cells?.querySelector("rect");
  const image = document.createElementNS(SVG_NAMESPACE, "image");
  image.setAttribute("width", box?.getAttribute("width") ?? "100%");
  image.setAttribute("height", box?.getAttribute("height") ?? "100%");
  image.setAttribute("preserveAspectRatio", "none");
  image.setAttribute("style", "image-rendering:pixelated");
  image.setAttribute("href", canvas.toDataURL());
  (cells ?? svg).prepend(image);
}

/** The SVG's pixels as PNG. @param scale pixels of the image a px of the chart. */
export async function picturePng(svg: string, document: Document, scale = 2): Promise<Blob> {
  const image = document.createElement("img");
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(image.naturalWidth * scale);
  canvas.height = Math.round(image.naturalHeight * scale);
  const context = canvas.getContext("2d");
  context?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (blob === null) {
    throw new Error(
      `picturePng: expected an image of ${canvas.width} × ${canvas.height}, got none; save it as SVG`,
    );
  }
  return blob;
}

/** Rows as CSV (RFC 4180): numbers in full, texts quoted where they must be, an undefined number empty. */
export function csvText(
  columns: readonly string[],
  rows: Iterable<readonly (string | number | null)[]>,
): string {
  const lines = [columns.map(field).join(",")];
  for (const row of rows) lines.push(row.map(field).join(","));
  return `${lines.join("\r\n")}\r\n`;
}

function field(value: string | number | null): string {
  if (value === null || Number.isNaN(value)) return "";
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
