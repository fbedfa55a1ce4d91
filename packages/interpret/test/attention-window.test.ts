import { expectClose, expectConstantMemory } from "@performer/testing";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { attentionWindow } from "../src/attention-window.ts";
import { recoverAttention } from "../src/recover-attention.ts";
import { drawSequence, tinyModel } from "./tiny-model.ts";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

const L = 37;
const sequence = drawSequence(L);
const TOLERANCE = { rtol: 1e-6, atol: 1e-8 };

/** Mean of a part of a whole map [L × L]. */
function mean(map: Float32Array, rows: readonly number[], columns: readonly number[]): number {
  let sum = 0;
  for (const i of rows) for (const j of columns) sum += map[i * L + j] as number;
  return sum / (rows.length * columns.length);
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

describe("a window of the maps", () => {
  test("without options is the whole of every map", async () => {
    const model = tinyModel();
    const whole = await recoverAttention(model, sequence);
    const { maps, layers, heads, rows } = await attentionWindow(model, sequence);
    expect([layers, heads, rows]).toEqual([[0, 1], [0, 1], { from: 0, to: L, cells: L }]);
    maps.flat().forEach((map, index) => {
      expectClose(map, whole.maps.flat()[index] as Float32Array, TOLERANCE);
    });
  });

  test("holds the layers and heads asked, in that order, and the block's rows and columns", async () => {
    const model = tinyModel({ numLayers: 3 });
    const whole = await recoverAttention(model, sequence);
    const { maps } = await attentionWindow(model, sequence, {
      layers: [2, 0],
      heads: [1],
      rows: [5, 9],
      columns: [30, 37],
    });
    expect(maps.map((heads) => heads.length)).toEqual([1, 1]);
    [2, 0].forEach((layer, at) => {
      const map = whole.maps[layer]?.[1] as Float32Array;
      const expected = range(5, 9).flatMap((i) => range(30, 37).map((j) => map[i * L + j]));
      expectClose(maps[at]?.[0] as Float32Array, expected as number[], TOLERANCE);
    });
  });

  test("made smaller: each cell is the mean of the weights that it covers, each weight in one cell", async () => {
    const model = tinyModel();
    const whole = await recoverAttention(model, sequence);
    const { maps, rows, columns } = await attentionWindow(model, sequence, {
      rows: [4, 37],
      columns: [0, 6],
      maxSize: 7,
    });
    expect([rows.cells, columns.cells]).toEqual([7, 6]); // 33 rows in 7 cells, 6 columns as they are
    const edges = [0, 4, 9, 14, 18, 23, 28, 33].map((edge) => edge + 4);
    const expected = range(0, 7).flatMap((cell) =>
      range(0, 6).map((column) =>
        mean(whole.maps[1]?.[0] as Float32Array, range(edges[cell]!, edges[cell + 1]!), [column]),
      ),
    );
    expectClose(maps[1]?.[0] as Float32Array, expected, TOLERANCE);
  });

  test("of softmax weights is what exact attention gives for the same queries and keys", async () => {
    // the first layer's query and key do not depend on how attention weighs
    const model = tinyModel({ numLayers: 1 });
    const exact = { ...model.config, attention: { mechanism: "exact" as const } };
    const whole = await recoverAttention({ ...model, config: exact, projections: [] }, sequence);
    const { maps, weights } = await attentionWindow(model, sequence, { weights: "softmax" });
    expect(weights).toBe("softmax");
    expectClose(maps[0]?.[1] as Float32Array, whole.maps[0]?.[1] as Float32Array, TOLERANCE);
  });

  test("of one cell is the mean of the whole map", async () => {
    const model = tinyModel();
    const whole = await recoverAttention(model, sequence);
    const { maps } = await attentionWindow(model, sequence, { maxSize: 1 });
    expectClose(
      maps[0]?.[1] as Float32Array,
      [mean(whole.maps[0]?.[1] as Float32Array, range(0, L), range(0, L))],
      TOLERANCE,
    );
  });
});

test.each([
  [{ layers: [2] }, "expected a layer from 0 to 1, got 2"],
  [{ heads: [0, 0] }, "each head once"],
  [{ rows: [3, 3] }, "expected rows [from, to) within [0, 37), got [3, 3)"],
  [{ columns: [0, 38] }, "expected columns [from, to) within [0, 37), got [0, 38)"],
] as const)("%o is refused", async (options, message) => {
  await expect(attentionWindow(tinyModel(), sequence, options)).rejects.toThrow(message);
});

test("no tensor is left", async () => {
  const model = tinyModel();
  await expectConstantMemory(async () => {
    await attentionWindow(model, sequence, { layers: [1], rows: [3, 9], maxSize: 4 });
  });
});
