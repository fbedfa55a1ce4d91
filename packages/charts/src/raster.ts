/** A matrix as pixels, one a cell; CSS or an image's size stretches them to their place on the page. */
import type { ColorScale } from "./color-scale.ts";
import { type Matrix, poolMatrix, valueAt } from "./matrix.ts";

export interface Raster {
  readonly width: number;
  readonly height: number;
  /** [width × height] red, green, blue, alpha. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}

/** @param limit sides longer than this are pooled (see `poolMatrix`). */
export function rasterize(matrix: Matrix, scale: ColorScale, limit: number): Raster {
  const { rows, columns, values } = poolMatrix(matrix, limit);
  const pixels = new Uint8ClampedArray(4 * rows * columns);
  for (let row = 0, offset = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, offset += 4) {
      scale.paint(valueAt({ rows, columns, values }, row, column), pixels, offset);
    }
  }
  return { width: columns, height: rows, pixels };
}

/** A raster as the data URL of a canvas. @throws {Error} as `paintMatrix`, at the first raster. */
export function canvasUrl(document: Document): (raster: Raster) => string {
  return (raster) => toCanvas(document, raster).toDataURL();
}

/**
 * The raster on a canvas.
 * @throws {Error} where the document's canvas has no 2D context (jsdom: use the SVG renderer).
 */
export function paintMatrix(
  document: Document,
  matrix: Matrix,
  scale: ColorScale,
  limit: number,
): HTMLCanvasElement {
  const canvas = toCanvas(document, rasterize(matrix, scale, limit));
  canvas.style.imageRendering = "pixelated";
  return canvas;
}

function toCanvas(document: Document, { width, height, pixels }: Raster): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (context === null) {
    throw new Error(
      'paintMatrix: expected a canvas with a 2D context, got none; choose renderer "svg" in this document',
    );
  }
  const image = context.createImageData(width, height);
  image.data.set(pixels);
  context.putImageData(image, 0, 0);
  return canvas;
}
