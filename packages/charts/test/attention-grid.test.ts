// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { attentionGrid } from "../src/attention-grid.ts";
import { createColorScale } from "../src/color-scale.ts";
import { installFakeCanvas, pixelOf } from "./fake-canvas.ts";

let removeFakeCanvas: () => void;
beforeEach(() => {
  removeFakeCanvas = installFakeCanvas(window);
});
afterEach(() => removeFakeCanvas());

const length = 2;
const faint = [0.1, 0, 0, 0.1];
const strong = [1, 0, 0.5, 0.5];
const maps = [
  [faint, strong],
  [strong, faint],
  [faint, faint],
];

const colorAt = (top: number, value: number) => {
  const pixel = new Uint8ClampedArray(4);
  createColorScale({ kind: "sequential", domain: [0, top] }).paint(value, pixel, 0);
  return [...pixel];
};

test("one button a head, named by layer and head in reading order", () => {
  const grid = attentionGrid({ length, maps }, { document });
  const names = [...grid.querySelectorAll("button")].map((b) => b.getAttribute("aria-label"));
  expect(names).toEqual([
    "layer 1, head 1",
    "layer 1, head 2",
    "layer 2, head 1",
    "layer 2, head 2",
    "layer 3, head 1",
    "layer 3, head 2",
  ]);
  const labels = [...grid.querySelectorAll("span")].map((label) => label.textContent);
  expect(labels).toEqual(["", "head 1", "head 2", "layer 1", "layer 2", "layer 3"]);
});

test("each: a faint head uses the whole scale; shared: it stays faint", () => {
  const first = (domain: "each" | "shared") =>
    attentionGrid({ length, maps }, { document, domain }).querySelector(
      "canvas",
    ) as HTMLCanvasElement;
  expect(pixelOf(first("each"), 0, 0)).toEqual(colorAt(1, 1));
  expect(pixelOf(first("shared"), 0, 0)).toEqual(colorAt(1, 0.1));
});

test("a click reports the head and moves the selection", () => {
  const onSelect = vi.fn();
  const grid = attentionGrid(
    { length, maps },
    { document, selected: { layer: 0, head: 1 }, onSelect },
  );
  const pressed = () =>
    [...grid.querySelectorAll('[aria-pressed="true"]')].map((b) => b.getAttribute("aria-label"));
  expect(pressed()).toEqual(["layer 1, head 2"]);
  grid.querySelector<HTMLElement>('[aria-label="layer 2, head 1"]')?.click();
  expect(onSelect.mock.calls).toEqual([[{ layer: 1, head: 0 }]]);
  expect(pressed()).toEqual(["layer 2, head 1"]);
});

test("thumbnails hold at most two pixels for each on the page, whatever the length", () => {
  const map = new Float32Array(500 * 500);
  const grid = attentionGrid({ length: 500, maps: [[map]] }, { document, thumbnailSize: 50 });
  expect(grid.querySelector("canvas")?.width).toBe(100);
});

test("no maps, uneven layers and maps of another length are refused", () => {
  expect(() => attentionGrid({ length, maps: [] }, { document })).toThrow(
    "attentionGrid: expected at least one layer with one head, got none",
  );
  expect(() => attentionGrid({ length, maps: [[faint, faint], [faint]] }, { document })).toThrow(
    "expected 2 heads in every layer, got 1 in layer 2",
  );
  expect(() => attentionGrid({ length: 3, maps }, { document })).toThrow(
    "expected 3 × 3 = 9 values",
  );
});
