import { expectClose, expectConstantMemory } from "@performer/testing";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { type AttentionView, openAttention, type ViewSide } from "../src/attention-reader.ts";
import { attentionWindow } from "../src/attention-window.ts";
import { recoverAttention } from "../src/recover-attention.ts";
import { drawSequence, mechanisms, tinyModel } from "./tiny-model.ts";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

const LENGTH = 21;
const sequence = drawSequence(LENGTH);

const edge = ({ from, to, cells }: ViewSide, cell: number) =>
  from + Math.floor((cell * (to - from)) / cells);

/** Mean of the weights of each cell of the whole map, in double precision. */
function pooledByHand(map: Float32Array, { rows, columns }: Omit<AttentionView, "layer">) {
  return Array.from({ length: rows.cells * columns.cells }, (_, at) => {
    const [row, column] = [Math.floor(at / columns.cells), at % columns.cells];
    const [top, bottom] = [edge(rows, row), edge(rows, row + 1)];
    const [left, right] = [edge(columns, column), edge(columns, column + 1)];
    let sum = 0;
    for (let i = top; i < bottom; i++) {
      for (let j = left; j < right; j++) sum += map[i * LENGTH + j] as number;
    }
    return sum / ((bottom - top) * (right - left));
  });
}

const side = (from: number, to: number, cells = to - from): ViewSide => ({ from, to, cells });
const WHOLE = side(0, LENGTH);
const VIEWS: Record<string, Omit<AttentionView, "layer">> = {
  "the whole map": { rows: WHOLE, columns: WHOLE },
  "a window": { rows: side(3, 9), columns: side(14, 21) },
  // 21 residues in 4 cells: three of 5 and one of 6
  "cells of uneven width": { rows: side(0, LENGTH, 4), columns: side(0, LENGTH, 4) },
  "one row over all columns": { rows: side(7, 8), columns: side(0, LENGTH, 5) },
};

describe.each(Object.entries(mechanisms))("%s", (_, attention) => {
  describe.each(["bidirectional", "causal"] as const)("%s", (direction) => {
    test.each(Object.entries(VIEWS))("%s is the mean of the map's cells", async (_, view) => {
      const model = tinyModel({ attention, direction });
      const { maps } = await recoverAttention(model, sequence);
      const reader = openAttention(model, sequence);
      for (const [layer, heads] of maps.entries()) {
        const read = reader.read({ ...view, layer });
        const values = await read.data<"float32">();
        const expected = heads.flatMap((map) => pooledByHand(map, view));
        expectClose(values, expected, { rtol: 1e-5, atol: 1e-7 });
        read.dispose();
      }
      reader.dispose();
    });
  });
});

test("a band longer than a block of rows is summed up whole", async () => {
  const length = 1100;
  const long = drawSequence(length, "long");
  const attention = { mechanism: "local" as const, window: 40 };
  const model = tinyModel({ attention, maxLength: 1102, numLayers: 1 });
  const { maps } = await attentionWindow(model, long, { maxSize: 9 }); // of whole rows
  const reader = openAttention(model, long);
  const read = reader.read({ layer: 0, rows: side(0, length, 9), columns: side(0, length, 9) });
  expectClose(
    await read.data<"float32">(),
    maps.flatMap((heads) => heads.flatMap((map) => [...map])),
    {
      rtol: 1e-5,
      atol: 1e-8,
    },
  );
  read.dispose();
  reader.dispose();
});

test("softmax of the same queries and keys is the map of exact attention with these weights", async () => {
  // the first layer's query and key do not depend on how attention weighs
  const model = tinyModel({ numLayers: 1 });
  const exact = {
    ...model,
    config: { ...model.config, attention: { mechanism: "exact" as const } },
  };
  const { maps } = await recoverAttention({ ...exact, projections: [] }, sequence);
  const reader = openAttention(model, sequence);
  const view = { layer: 0, rows: WHOLE, columns: WHOLE };
  const softmax = reader.read({ ...view, weights: "softmax" });
  const values = await softmax.data<"float32">();
  expectClose(
    values,
    maps.flatMap((heads) => heads.flatMap((map) => [...map])),
    {
      rtol: 1e-5,
      atol: 1e-7,
    },
  );
  // and back: the layer held for one kind of weights is not handed out for the other
  const own = await reader.read(view).data();
  expect(
    Math.max(...values.map((value, i) => Math.abs(value - (own[i] as number)))),
  ).toBeGreaterThan(1e-3);
  reader.dispose();
});

test("a reader that is disposed of leaves no tensor", async () => {
  const model = tinyModel();
  await expectConstantMemory(async () => {
    const reader = openAttention(model, sequence);
    for (const layer of [0, 1, 0]) {
      reader.read({ layer, rows: WHOLE, columns: side(0, LENGTH, 4) }).dispose();
    }
    reader.dispose();
  });
});

test("20,000 residues: a quarter of a byte a pair is never held, let alone a number", async () => {
  const long = drawSequence(20_000);
  const model = tinyModel({ maxLength: 20_002, positions: "rotary", numLayers: 1 });
  const { peakBytes } = await tf.profile(() => {
    const reader = openAttention(model, long);
    const whole = side(0, long.length, 64);
    const read = reader.read({ layer: 0, rows: whole, columns: whole });
    reader.dispose();
    return read;
  });
  expect(peakBytes).toBeLessThan(long.length ** 2 / 4);
});

test("views outside of the protein, layers and cells that are none: refused by name", () => {
  const reader = openAttention(tinyModel(), sequence);
  const view = { layer: 0, rows: WHOLE, columns: WHOLE };
  for (const [fault, words] of [
    [{ rows: side(0, 22) }, "rows [from, to) within [0, 21), got [0, 22)"],
    [{ columns: side(5, 5) }, "columns [from, to) within [0, 21), got [5, 5)"],
    [{ layer: 2 }, "a layer from 0 to 1, got 2"],
    [{ rows: side(0, 4, 5) }, "rows of 1 to 4 cells, got 5"],
  ] as const) {
    expect(() => reader.read({ ...view, ...fault })).toThrow(words);
  }
  reader.dispose();
});
