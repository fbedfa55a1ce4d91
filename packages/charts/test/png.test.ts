import { inflateSync } from "node:zlib";
import { expect, it } from "vitest";
import { encodePng } from "../src/node.ts";

/** Chunks by type, read by the layout of the PNG specification (length, type, data, checksum). */
function chunksOf(png: Buffer): Map<string, Buffer> {
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    chunks.set(png.toString("latin1", at + 4, at + 8), png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  return chunks;
}

it("every pixel is its palette colour, row by row", () => {
  const colors = [
    [255, 0, 0, 255],
    [0, 128, 255, 255],
    [10, 20, 30, 64],
  ];
  const drawn = [0, 1, 2, 2, 1, 0];
  const pixels = Uint8ClampedArray.from(drawn.flatMap((index) => colors[index] as number[]));
  const png = encodePng({ width: 3, height: 2, pixels });
  expect(png.subarray(0, 8).toString("hex")).toBe("89504e470d0a1a0a");
  const chunks = chunksOf(png);
  expect([...chunks.keys()]).toEqual(["IHDR", "PLTE", "tRNS", "IDAT", "IEND"]);
  expect(chunks.get("IHDR")?.toString("hex")).toBe("00000003000000020803000000");
  const rows = inflateSync(chunks.get("IDAT") as Buffer);
  const [palette, alpha] = [chunks.get("PLTE"), chunks.get("tRNS")];
  const read = drawn.map((_, pixel) => {
    const index = rows[Math.floor(pixel / 3) * 4 + 1 + (pixel % 3)] as number;
    return [...(palette?.subarray(3 * index, 3 * index + 3) ?? []), alpha?.[index]];
  });
  expect(read).toEqual(drawn.map((index) => colors[index]));
});

it("an empty chunk has the checksum that every PNG ends with", () => {
  const png = encodePng({ width: 1, height: 1, pixels: new Uint8ClampedArray(4) });
  expect(png.subarray(-12).toString("hex")).toBe("0000000049454e44ae426082");
});

it("more than 256 colours are refused", () => {
  const pixels = new Uint8ClampedArray(4 * 257);
  const view = new DataView(pixels.buffer);
  for (let pixel = 0; pixel < 257; pixel++) view.setUint32(4 * pixel, pixel);
  expect(() => encodePng({ width: 257, height: 1, pixels })).toThrow("at most 256 colours");
});
