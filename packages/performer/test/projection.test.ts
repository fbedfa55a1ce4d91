import { drawProjection, drawProjections, type ProjectionKind } from "@performer/performer";
import { randomKey } from "@performer/random";
import { ModelConfig } from "@performer/schema";
import { expectClose } from "@performer/testing";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";

const D = 8;

/** Rows as float64 arrays. */
function rowsOf(kind: ProjectionKind, numFeatures: number, seed = 1) {
  const projection = drawProjection(kind, { numFeatures, headSize: D }, randomKey(seed));
  const rows = projection.arraySync();
  projection.dispose();
  return rows;
}

const dot = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
const normalised = (row: number[]) => row.map((x) => x / Math.hypot(...row));

describe("orthogonal projection", () => {
  test("regularised: the rows of the same draw, all of norm √D", () => {
    const rows = rowsOf("orthogonal-regularized", 2 * D + 3);
    const norms = rows.map((row) => Math.hypot(...row));
    expectClose(norms, Array(2 * D + 3).fill(Math.sqrt(D)), { rtol: 1e-6, atol: 0 });
    const firstBlock = rowsOf("orthogonal", D).map(normalised);
    expectClose(rows.slice(0, D).map(normalised), firstBlock, { rtol: 0, atol: 1e-6 });
  });

  test("rows are orthogonal inside each block of D, also in a last block that is short", () => {
    const rows = rowsOf("orthogonal", 2 * D + 3).map(normalised);
    for (const block of [rows.slice(0, D), rows.slice(D, 2 * D), rows.slice(2 * D)]) {
      const gram = block.map((a) => block.map((b) => dot(a, b)));
      const identity = block.map((_, i) => block.map((_, j) => (i === j ? 1 : 0)));
      expectClose(gram, identity, { rtol: 0, atol: 1e-6 });
    }
  });

  test("blocks are independent: directions of different blocks are not orthogonal", () => {
    const rows = rowsOf("orthogonal", 2 * D).map(normalised);
    const overlaps = rows.slice(0, D).flatMap((a) => rows.slice(D).map((b) => dot(a, b) ** 2));
    const mean = overlaps.reduce((a, b) => a + b) / overlaps.length;
    // both blocks are complete bases, so the squared overlaps of a row sum to 1
    expect(mean).toBeCloseTo(1 / D, 6);
    expect(Math.max(...overlaps)).toBeGreaterThan(0.3);
  });

  test.each(["orthogonal", "iid"] as const)(
    "%s: squared row norms follow chi-square(D)",
    (kind) => {
      const squares = rowsOf(kind, 4096).map((row) => dot(row, row));
      const mean = squares.reduce((a, b) => a + b) / squares.length;
      const variance = squares.reduce((sum, x) => sum + (x - mean) ** 2, 0) / squares.length;
      // mean D and variance 2 D; four standard errors of 4096 draws
      expect(Math.abs(mean - D)).toBeLessThan(4 * Math.sqrt((2 * D) / 4096));
      expect(Math.abs(variance - 2 * D)).toBeLessThan(0.15 * 2 * D);
    },
  );

  test.each(["orthogonal", "iid"] as const)("%s: entries have mean 0 and variance 1", (kind) => {
    const entries = rowsOf(kind, 4096).flat();
    const mean = entries.reduce((a, b) => a + b) / entries.length;
    const variance = entries.reduce((sum, x) => sum + x * x, 0) / entries.length;
    expect(Math.abs(mean)).toBeLessThan(0.025);
    expect(Math.abs(variance - 1)).toBeLessThan(0.035);
  });
});

describe("drawing", () => {
  test("the identity is [D, D], whatever numFeatures says", () => {
    expect(rowsOf("identity", 64)).toEqual(tf.eye(D).arraySync());
  });

  test.each(["orthogonal", "orthogonal-regularized", "iid"] as const)(
    "%s: the same key draws the same projection, another key another",
    (kind) => {
      expect(rowsOf(kind, 16, 5)).toEqual(rowsOf(kind, 16, 5));
      expect(rowsOf(kind, 16, 5)).not.toEqual(rowsOf(kind, 16, 6));
    },
  );

  test("each layer has a projection of its own; mechanisms that draw nothing have none", () => {
    const config = { embeddingSize: 16, numHeads: 2, numLayers: 2, feedForwardSize: 8 };
    const favor = ModelConfig.parse({
      ...config,
      attention: { mechanism: "favor", numFeatures: 5 },
    });
    const [first, second, ...rest] = drawProjections(favor, randomKey(0));
    expect(rest).toEqual([]);
    expect(first?.shape).toEqual([5, 8]);
    expect(first?.arraySync()).not.toEqual(second?.arraySync());
    for (const mechanism of ["exact", "identity", "local"]) {
      const none = ModelConfig.parse({ ...config, attention: { mechanism } });
      expect(drawProjections(none, randomKey(0))).toEqual([]);
    }
  });
});
