/** A matrix painted on a canvas, one pixel a cell; CSS stretches it to its place on the page. */
import type { ColorScale } from "./color-scale.ts";
import { type Matrix, poolMatrix, valueAt } from "./matrix.ts";

/**
 * @param limit sides longer than this are pooled (see `poolMatrix`).
 * @throws {Error} where the document's canvas has no 2D context (jsdom: use the SVG renderer).
 */
export function paintMatrix(
  document: Document,
  matrix: Matrix,
  scale: ColorScale,
  limit: number,
): HTMLCanvasElement {
  const pooled = poolMatrix(matrix, limit);
  const canvas = document.createElement("canvas");
  canvas.width = pooled.columns;
  canvas.height = pooled.rows;
  const context = canvas.getContext("2d");
  if (context === null) {
    throw new Error(
      'paintMatrix: expected a canvas with a 2D context, got none; choose renderer "svg" in this document',
    );
  }
  const image = context.createImageData(pooled.columns, pooled.rows);
  for (let row = 0, offset = 0; row < pooled.rows; row++) {
    for (let column = 0; column < pooled.columns; column++, offset += 4) {
      scale.paint(valueAt(pooled, row, column), image.data, offset);
    }
  }
  context.putImageData(image, 0, 0);
  canvas.style.imageRendering = "pixelated";
  return canvas;
}
