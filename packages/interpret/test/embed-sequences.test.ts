import { applyModel, flattenTree } from "@performer/performer";
import { TOKEN } from "@performer/proteins";
import { expectClose, expectConstantMemory } from "@performer/testing";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { embedLayers, embedSequences } from "../src/embed-sequences.ts";
import type { Encoder } from "../src/encoder.ts";
import { drawSequence, mechanisms, tinyModel } from "./tiny-model.ts";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

const E = 16;
const sequences = [40, 3, 62, 30, 1, 29].map((length, index) => drawSequence(length, index));

test("a residue's vector is the final hidden state at its place behind bos", async () => {
  const model = tinyModel();
  const residues = sequences[0] as Uint8Array;
  const [embedding] = await embedSequences(model, [residues]);
  const tokens = [TOKEN.bos, ...residues, TOKEN.eos];
  const { hidden } = applyModel(model, { tokens: tf.tensor2d([tokens], undefined, "int32") });
  const expected = hidden.slice([0, 1, 0], [1, residues.length, E]).dataSync();
  expectClose(embedding?.residues as Float32Array, expected, { rtol: 1e-5, atol: 1e-5 });
});

test("L residues give L vectors, in the order of the input", async () => {
  const embeddings = await embedSequences(tinyModel(), sequences);
  expect(embeddings.map(({ length }) => length)).toEqual([40, 3, 62, 30, 1, 29]);
  expect(embeddings.map(({ residues }) => residues.length / E)).toEqual([40, 3, 62, 30, 1, 29]);
});

test("the mean is the arithmetic mean of the residues' vectors", async () => {
  for (const { residues, mean, length } of await embedSequences(tinyModel(), sequences)) {
    const expected = Array.from({ length: E }, (_, e) => {
      let sum = 0;
      for (let i = 0; i < length; i++) sum += residues[i * E + e] as number;
      return sum / length;
    });
    expectClose(mean, expected, { rtol: 1e-6, atol: 1e-7 });
  }
});

test.each(
  Object.keys(mechanisms).flatMap((mechanism) => [
    [mechanism, "bidirectional"] as const,
    [mechanism, "causal"] as const,
  ]),
)(
  "%s, %s: alone, beside others, or in batches of another size: the same vectors",
  async (mechanism, direction) => {
    const model = tinyModel({ attention: mechanisms[mechanism] as never, direction });
    const together = await embedSequences(model, sequences);
    const single = await embedSequences(model, sequences, { maxTokens: 1 });
    for (const [index, sequence] of sequences.entries()) {
      const [alone] = await embedSequences(model, [sequence]);
      const expected = alone?.residues as Float32Array;
      expectClose(together[index]?.residues as Float32Array, expected, { rtol: 1e-5, atol: 1e-5 });
      expectClose(single[index]?.residues as Float32Array, expected, { rtol: 1e-5, atol: 1e-5 });
    }
  },
);

test("the longest sequence that fits is not padded past the model's maxLength", async () => {
  const model = tinyModel({ maxLength: 40 });
  const [embedding] = await embedSequences(model, [drawSequence(38)]);
  expect(embedding?.residues.every(Number.isFinite)).toBe(true);
});

test("timers run between batches", async () => {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 0);
  await embedSequences(tinyModel(), sequences, { maxTokens: 1 });
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(0);
});

test("an empty or too long sequence is refused by its index, before any work", async () => {
  const model = tinyModel();
  await expect(embedSequences(model, [drawSequence(5), drawSequence(63)])).rejects.toThrow(
    "embedSequences: expected 1 to 62 residues (the model's maxLength less bos and eos), got 63 in sequence 1; split it into windows",
  );
  await expect(embedSequences(model, [new Uint8Array(0)])).rejects.toThrow("got 0 in sequence 0");
});

test("an encoder beside the model computes each padded batch, and its rows come back in order", async () => {
  const shapes: number[][] = [];
  const encoder: Encoder = {
    config: { embeddingSize: 2, maxLength: 64, numLayers: 2 },
    encode: async ({ tokens, rows, length }) => {
      shapes.push([rows, length]);
      return [Float32Array.from({ length: 2 * tokens.length }, (_, i) => Number(tokens[i >> 1]))];
    },
  };
  const embeddings = await embedSequences(encoder, sequences);
  expect(shapes).toEqual([
    [4, 32],
    [1, 48],
    [1, 64],
  ]);
  for (const [index, sequence] of sequences.entries()) {
    const twice = [...sequence].flatMap((residue) => [residue, residue]);
    expect([...(embeddings[index]?.residues ?? [])]).toEqual(twice);
  }
});

test("no sequences give no embeddings", async () => {
  expect(await embedSequences(tinyModel(), [])).toEqual([]);
});

test("no tensor is left", async () => {
  const model = tinyModel();
  await expectConstantMemory(async () => {
    await embedSequences(model, sequences);
  });
});

test("a layer's vectors are its residual stream: 0 the embedded tokens, the last one behind the norm", async () => {
  const model = tinyModel({ numLayers: 3 });
  const residues = sequences[0] as Uint8Array;
  const { parameters, config } = model;
  const last = await embedSequences(model, [residues]);
  expectClose(
    (await embedSequences(model, [residues], { layer: 3 }))[0]?.residues as Float32Array,
    last[0]?.residues as Float32Array,
    { rtol: 0, atol: 0 },
  );
  // two layers of three are a model of two layers without its norm: the norm of one is that of the other
  const shallow = { ...model, config: { ...config, numLayers: 2 } };
  const [raw] = await embedSequences(model, [residues], { layer: 2 });
  const [normed] = await embedSequences(shallow, [residues]);
  const flat = flattenTree(parameters);
  const scale = flat["finalNorm/scale"]?.dataSync() as Float32Array;
  const bias = flat["finalNorm/bias"]?.dataSync() as Float32Array;
  const expected = Array.from({ length: residues.length }, (_, i) => {
    const row = [...(raw?.residues ?? [])].slice(i * E, (i + 1) * E);
    const mean = row.reduce((sum, x) => sum + x, 0) / E;
    const variance = row.reduce((sum, x) => sum + (x - mean) ** 2, 0) / E;
    return row.map(
      (x, e) =>
        ((x - mean) / Math.sqrt(variance + 1e-5)) * (scale[e] as number) + (bias[e] as number),
    );
  });
  expectClose(normed?.residues as Float32Array, expected.flat(), { rtol: 1e-5, atol: 1e-5 });
  const [embedded] = await embedSequences(tinyModel({ positions: "rotary" }), [residues], {
    layer: 0,
  });
  const table = flattenTree(tinyModel({ positions: "rotary" }).parameters)["embedding/token"];
  const rows = table?.arraySync() as number[][];
  expectClose(
    embedded?.residues as Float32Array,
    [...residues].flatMap((id) => (rows[id] as number[]).map((x) => x * Math.sqrt(E))),
    { rtol: 1e-6, atol: 1e-6 },
  );
});

test("several layers at once are what each is alone, in the order that was asked for", async () => {
  const model = tinyModel();
  const layers = [2, 0, 1];
  const together = await embedLayers(model, sequences, { layers });
  for (const [index, layer] of layers.entries()) {
    expect(together[index]).toEqual(await embedSequences(model, sequences, { layer }));
  }
});

test("a layer that the model does not have is refused", async () => {
  await expect(embedSequences(tinyModel(), sequences, { layer: 3 })).rejects.toThrow(
    "embedSequences: expected a layer from 0 (the embedded tokens) to 2 (the last), got 3",
  );
});
