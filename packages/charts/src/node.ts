/**
 * Pixels of few colours as a PNG with a palette, on Node's own zlib: maps in an SVG file need an image,
 * and a library for images would be native code. Source: https://www.w3.org/TR/png-3/.
 */
import { crc32, deflateSync } from "node:zlib";
import type { Raster } from "./raster.ts";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const MAX_COLORS = 256;
/** Colour type "indexed", eight bits a pixel; then deflate, no filter method but 0, no interlacing. */
const INDEXED = Buffer.from([8, 3, 0, 0, 0]);

/** @throws {RangeError} where the pixels have more than 256 colours. */
export function encodePng({ width, height, pixels }: Raster): Buffer {
  const colors = new Map<number, number>();
  const view = new DataView(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  // each row begins with the number of its filter, 0
  const rows = Buffer.alloc(height * (width + 1));
  for (let pixel = 0; pixel < width * height; pixel++) {
    const color = view.getUint32(4 * pixel);
    const index = colors.get(color) ?? colors.size;
    if (index === MAX_COLORS) {
      throw new RangeError(
        `encodePng: expected at most ${MAX_COLORS} colours, got more; colour the pixels by one scale`,
      );
    }
    colors.set(color, index);
    rows[Math.floor(pixel / width) * (width + 1) + 1 + (pixel % width)] = index;
  }
  const palette = [...colors.keys()];
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", Buffer.concat([bigEndian(width), bigEndian(height), INDEXED])),
    chunk(
      "PLTE",
      Buffer.from(palette.flatMap((color) => [24, 16, 8].map((at) => (color >>> at) & 255))),
    ),
    chunk("tRNS", Buffer.from(palette.map((color) => color & 255))),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** For the href of an image in an SVG. */
export const pngUrl = (raster: Raster): string =>
  `data:image/png;base64,${encodePng(raster).toString("base64")}`;

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  return Buffer.concat([bigEndian(data.length), body, bigEndian(crc32(body))]);
}

function bigEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
