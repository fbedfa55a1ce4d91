/**
 * A heat map pointed at from outside: pointing into one of two matrices shows the cell in the other
 * too. Kept apart from `highlights`, which belong to the data and stay.
 */
import type { CellPosition } from "./cell-pointer.ts";

const SVG_NAMESPACE = "http://www.w3.org/2000/svg";

/** Outlines one cell of a figure made by `heatMap`, or none; only the outline is moved. */
export function pointAt(figure: HTMLElement, cell: CellPosition | null): void {
  const plot = figure.querySelector(".cells")?.parentElement;
  const cellSize = Number(figure.dataset["cellSize"]);
  if (!plot || !(cellSize > 0)) {
    throw new TypeError("pointAt: expected a figure made by heatMap, got another element");
  }
  const outline =
    plot.querySelector(":scope > .pointer") ?? plot.appendChild(draw(figure, cellSize));
  outline.setAttribute("visibility", cell ? "visible" : "hidden");
  if (cell) {
    outline.setAttribute(
      "transform",
      `translate(${cell.column * cellSize}, ${cell.row * cellSize})`,
    );
  }
}

/** A dark line in a light one shows on every colour. */
function draw({ ownerDocument }: HTMLElement, cellSize: number): SVGElement {
  const group = ownerDocument.createElementNS(SVG_NAMESPACE, "g");
  group.setAttribute("class", "pointer");
  group.setAttribute("pointer-events", "none");
  for (const [color, width] of [
    ["white", "3.5"],
    ["black", "1.5"],
  ] as const) {
    const rect = ownerDocument.createElementNS(SVG_NAMESPACE, "rect");
    rect.setAttribute("width", String(cellSize));
    rect.setAttribute("height", String(cellSize));
    rect.setAttribute("fill", "none");
    rect.setAttribute("stroke", color);
    rect.setAttribute("stroke-width", width);
    group.append(rect);
  }
  return group;
}
