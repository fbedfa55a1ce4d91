import "@tensorflow/tfjs";
import { createStream, randomKey } from "@performer/random";
import { OptimizerConfig } from "@performer/schema";
import { expectClose } from "@performer/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { globalNorm } from "../src/optimizer/gradient-clip.ts";
import { orthogonalize } from "../src/optimizer/muon.ts";
import { createOptimizer, isLayerKernel } from "../src/optimizer/optimizer.ts";
import type { NamedTensors } from "../src/optimizer/transform.ts";

beforeAll(() => tf.setBackend("cpu"));

type Matrix = readonly (readonly number[])[];

const transpose = (m: Matrix): Matrix => (m[0] ?? []).map((_, j) => m.map((row) => row[j] ?? 0));
const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => transpose(b).map((column) => dot(row, column)));
const combine = (a: Matrix, b: Matrix, x: number, y: number): Matrix =>
  a.map((row, i) => row.map((value, j) => x * value + y * (b[i]?.[j] ?? 0)));

function normalMatrix(seed: number, rows: number, columns: number): Matrix {
  const stream = createStream(randomKey(seed));
  return Array.from({ length: rows }, () => Array.from({ length: columns }, () => stream.normal()));
}

/** Rows made orthonormal one after another (Gram and Schmidt, twice for the digits). */
function orthonormalRows(matrix: Matrix): Matrix {
  const rows: number[][] = [];
  for (const row of matrix) {
    let rest = [...row];
    for (let pass = 0; pass < 2; pass++) {
      for (const other of rows) {
        const along = dot(rest, other);
        rest = rest.map((value, i) => value - along * (other[i] ?? 0));
      }
    }
    const norm = Math.sqrt(dot(rest, rest));
    rows.push(rest.map((value) => value / norm));
  }
  return rows;
}

/** What the iteration makes of one singular value, in float64: a scalar, no matrix in it. */
function iterated(value: number): number {
  let x = value;
  for (let i = 0; i < 5; i++) x = 3.4445 * x - 4.775 * x ** 3 + 2.0315 * x ** 5;
  return x;
}

/** U f(S) Vᵀ for given S > 0, with S of norm 1 before f. */
function fromSingularValues(seed: number, values: readonly number[], columns: number) {
  const left = transpose(orthonormalRows(normalMatrix(seed, values.length, values.length)));
  const right = orthonormalRows(normalMatrix(seed + 1, values.length, columns));
  const norm = Math.hypot(...values);
  const scaled = (map: (value: number) => number) =>
    product(
      left,
      right.map((row, i) => row.map((x) => x * map((values[i] ?? 0) / norm))),
    );
  return { matrix: scaled((value) => 7 * value), expected: scaled(iterated) };
}

const singularValues = [3, 1, 0.5, 0.1, 0.02];

describe("orthogonalize", () => {
  for (const [name, columns] of [
    ["wide", 9],
    ["square", 5],
  ] as const) {
    test(`a ${name} matrix keeps its singular vectors; each singular value is iterated, whatever the scale`, () => {
      const { matrix, expected } = fromSingularValues(3, singularValues, columns);
      const actual = orthogonalize(tf.tensor2d(matrix as number[][]));
      expectClose(actual, expected.flat(), { rtol: 1e-4, atol: 1e-5 });
      const tall = orthogonalize(tf.tensor2d(transpose(matrix) as number[][]));
      expectClose(tall, transpose(expected).flat(), { rtol: 1e-4, atol: 1e-5 });
    });
  }

  test("singular values from 1 down to 0.01 of the norm end between 0.67 and 1.21", () => {
    for (let value = 0.01; value <= 1; value += 0.001) {
      expect(iterated(value)).toBeGreaterThan(0.67);
      expect(iterated(value)).toBeLessThan(1.21);
    }
  });

  test("zero stays zero", () => {
    expect(Array.from(orthogonalize(tf.zeros([3, 4])).dataSync())).toEqual(Array(12).fill(0));
  });
});

describe("muon", () => {
  const STEPS = 4;
  const kernelName = "layers/0/attention/query/kernel";
  const config = OptimizerConfig.parse({ kind: "muon", learningRate: 0.02, gradientClip: 1e9 });

  test("kernels of layers equal the update written out in float64, all else is AdamW's", () => {
    const gradients = Array.from({ length: STEPS }, (_, step) => normalMatrix(step + 20, 4, 6));
    const initial = normalMatrix(1, 4, 6);
    const start: NamedTensors = {
      [kernelName]: tf.tensor2d(initial as number[][]),
      "embedding/token": tf.tensor2d(initial as number[][]),
    };
    const run = (optimizer: ReturnType<typeof createOptimizer>) => {
      let parameters = start;
      let state = optimizer.init(parameters);
      gradients.forEach((gradient, index) => {
        const tensor = tf.tensor2d(gradient as number[][]);
        const given = { [kernelName]: tensor, "embedding/token": tensor };
        const result = optimizer.update(given, state, {
          parameters,
          step: index + 1,
          learningRate: config.learningRate,
          gradientNorm: globalNorm(given),
        });
        state = result.state;
        parameters = Object.fromEntries(
          Object.entries(parameters).map(([name, value]) => [
            name,
            tf.add(value, result.updates[name] as tf.Tensor),
          ]),
        );
      });
      return { parameters, state };
    };
    const { parameters, state } = run(createOptimizer(config));

    let kernel = initial;
    let average: Matrix = initial.map((row) => row.map(() => 0));
    for (const gradient of gradients) {
      average = combine(average, gradient, 0.95, 0.05);
      let x = combine(average, gradient, 0.95, 0.05);
      const norm = Math.hypot(...x.flat());
      x = x.map((row) => row.map((value) => value / norm));
      for (let i = 0; i < 5; i++) {
        const cube = product(product(x, transpose(x)), x);
        const fifth = product(product(x, transpose(x)), cube);
        x = combine(combine(x, cube, 3.4445, -4.775), fifth, 1, 2.0315);
      }
      const decayed = combine(x, kernel, 0.2 * Math.sqrt(6), config.weightDecay);
      kernel = combine(kernel, decayed, 1, -config.learningRate);
    }
    expectClose(parameters[kernelName] as tf.Tensor, kernel.flat(), { rtol: 1e-4, atol: 1e-5 });
    expectClose(state["momentum"]?.[kernelName] as tf.Tensor, average.flat(), {
      rtol: 1e-5,
      atol: 1e-6,
    });

    const adamw = run(createOptimizer({ ...config, kind: "adamw" }));
    const token = (from: NamedTensors) => Array.from(from["embedding/token"]?.dataSync() ?? []);
    expect(token(parameters)).toEqual(token(adamw.parameters));
    expect(Object.keys(state["momentum"] ?? {})).toEqual([kernelName]);
    expect(Object.keys(state["second"] ?? {})).toEqual(["embedding/token"]);
    expect(Object.keys(parameters)).toEqual(Object.keys(start));
  });

  test("takes the kernels of layers and leaves tables, vectors and projections to Adam", () => {
    expect(isLayerKernel("layers/3/feedForward/inner/kernel", [4, 8])).toBe(true);
    expect(isLayerKernel("layers/3/feedForward/inner/bias", [8])).toBe(false);
    expect(isLayerKernel("embedding/token", [29, 8])).toBe(false);
  });
});
