import "@tensorflow/tfjs";
import { createStream, randomKey } from "@performer/random";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type AdamWConfig,
  compileForward,
  compileTrainStep,
  openProgram,
  type Program,
  slotName,
} from "../../src/compiled.ts";
import { expectClose, floats } from "./host.ts";
import { hasTensorFlow, libraries } from "./libraries.ts";

const ADAMW: AdamWConfig = {
  beta1: 0.9,
  beta2: 0.98,
  epsilon: 1e-9,
  weightDecay: 0.1,
  gradientClip: 0.5,
};

describe.skipIf(!hasTensorFlow)("compiled functions", () => {
  let program: Program;
  beforeAll(() => tf.setBackend("cpu"));
  beforeEach(() => {
    program = openProgram({ libraries });
  });
  afterEach(() => program.close());

  describe("variables", () => {
    test("come back bit for bit, NaN payloads and negative zero included", async () => {
      const bits = Uint32Array.of(0x7fc00123, 0x80000000, 0x00000001, 0x3f800000);
      const w = { type: "float32" as const, shape: [2, 2], values: new Float32Array(bits.buffer) };
      await program.variables.assign({ w });
      const read = await program.variables.read(["w"]);
      const values = read["w"]?.values as Float32Array;
      expect(new Uint32Array(values.buffer)).toEqual(bits);
    });

    test("keep type and shape; a name never assigned is an error", async () => {
      await program.variables.assign({ w: floats([1, 2], [2]) });
      await expect(program.variables.assign({ w: floats([1], [1]) })).rejects.toThrow(
        /expected float32\[2\] for "w", got float32\[1\]/,
      );
      await expect(program.variables.read(["v"])).rejects.toThrow(/got v/);
    });
  });

  describe("compileForward", () => {
    test("sees variables as they are at each run, and compiles once a shape", async () => {
      let traces = 0;
      await program.variables.assign({ w: floats([2], []) });
      const scale = compileForward(program, "scale", ({ x }, { variables }) => {
        traces += 1;
        return { y: tf.mul(x as tf.Tensor, variables["w"] as tf.Tensor) };
      });
      const run = async (x: number[]) => [
        ...((await scale({ x: floats(x, [x.length]) }))["y"]?.values ?? []),
      ];
      expect(await run([1, 2])).toEqual([2, 4]);
      await program.variables.assign({ w: floats([3], []) });
      expect(await run([1, 2])).toEqual([3, 6]);
      expect(await run([5])).toEqual([15]);
      expect(await run([7, 8])).toEqual([21, 24]);
      expect(traces).toBe(2);
    });
  });

  describe("compileTrainStep", () => {
    /** Squared error of x · w + b against y. */
    const model = (inputs: Record<string, tf.Tensor>, variables: Record<string, tf.Tensor>) => {
      const { x, y } = inputs as { x: tf.Tensor2D; y: tf.Tensor };
      const { w, b } = variables as { w: tf.Tensor2D; b: tf.Tensor };
      return tf.sum(tf.squaredDifference(tf.add(tf.matMul(x, w), b), y)) as tf.Scalar;
    };
    const step = () =>
      compileTrainStep(program, {
        parameters: ["w", "b"],
        optimizer: ADAMW,
        loss: (inputs, { variables }) => ({ loss: model(inputs, variables) }),
      });

    const stream = createStream(randomKey(3));
    const normals = (shape: number[]) =>
      floats(
        Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => stream.normal()),
        shape,
      );

    test("three updates equal AdamW written out in float64", async () => {
      const start = { w: normals([3, 2]), b: normals([2]) };
      const batches = [1, 2, 3].map(() => ({ x: normals([4, 3]), y: normals([4, 2]) }));
      await program.variables.assign(start);
      const train = step();
      const reference = referenceAdamW(start, batches, 0.05);
      for (const [index, batch] of batches.entries()) {
        const result = await train(batch, { step: index + 1, learningRate: 0.05, seed: [0, 0] });
        expect(result["gradientNorm"]?.values[0]).toBeCloseTo(reference.norms[index] ?? 0, 3);
      }
      const trained = await program.variables.read(["w", "b", slotName("second", "w")]);
      for (const name of ["w", "b"] as const) {
        expectClose(
          trained[name] as never,
          { ...start[name], values: Float32Array.from(reference.parameters[name]) },
          { rtol: 2e-6, atol: 1e-6 },
        );
      }
      // the clip was at work, and the moments are those of clipped gradients
      expect(Math.min(...reference.norms)).toBeGreaterThan(ADAMW.gradientClip);
    });

    test("gradients() leaves the parameters alone and equals tfjs's gradients", async () => {
      const start = { w: normals([3, 2]), b: normals([2]) };
      const batch = { x: normals([4, 3]), y: normals([4, 2]) };
      await program.variables.assign(start);
      const compiled = await step().gradients(batch, [0, 0]);
      expect(await program.variables.read(["w", "b"])).toEqual(start);
      const toTensor = (t: { values: unknown; shape: readonly number[] }) =>
        tf.tensor(t.values as Float32Array, [...t.shape]);
      const [w, b] = tf.grads((w: tf.Tensor, b: tf.Tensor) =>
        model({ x: toTensor(batch.x), y: toTensor(batch.y) }, { w, b }),
      )([toTensor(start.w), toTensor(start.b)]);
      expectClose(compiled["w"] as never, floats([...(w?.dataSync() ?? [])], [3, 2]), {
        rtol: 1e-5,
        atol: 1e-5,
      });
      expectClose(compiled["b"] as never, floats([...(b?.dataSync() ?? [])], [2]), {
        rtol: 1e-5,
        atol: 1e-5,
      });
    });

    test("memory is flat over thousands of updates", async () => {
      await program.variables.assign({ w: normals([3, 2]), b: normals([2]) });
      const train = step();
      const batch = { x: normals([4, 3]), y: normals([4, 2]) };
      const updates = async (from: number, to: number) => {
        for (let index = from; index <= to; index++) {
          await train(batch, { step: index, learningRate: 1e-3, seed: [0, index] });
        }
      };
      await updates(1, 1000);
      const before = process.memoryUsage().rss;
      await updates(1001, 5000);
      // 10 kB an update would be 40 MB
      expect(process.memoryUsage().rss - before).toBeLessThan(20e6);
    });

    test("a parameter that the loss does not depend on is an error that names it", async () => {
      await program.variables.assign({ w: normals([3, 2]), b: normals([2]), unused: normals([1]) });
      const train = compileTrainStep(program, {
        parameters: ["w", "b", "unused"],
        optimizer: ADAMW,
        loss: (inputs, { variables }) => ({ loss: model(inputs, variables) }),
      });
      const run = train(
        { x: normals([4, 3]), y: normals([4, 2]) },
        { step: 1, learningRate: 0.1, seed: [0, 0] },
      );
      await expect(run).rejects.toThrow(/"unused"/);
    });

    test("a parameter that was never assigned is an error that names it", async () => {
      await expect(step().prepare({ x: normals([4, 3]), y: normals([4, 2]) })).rejects.toThrow(
        /expected a float32 variable "w"/,
      );
    });
  });
});

type Arrays = { w: number[]; b: number[] };

/** Squared error of a linear model under clip, Adam and decoupled decay of w, all in float64. */
function referenceAdamW(
  start: Record<"w" | "b", { values: ArrayLike<number | bigint> }>,
  batches: readonly Record<"x" | "y", { values: ArrayLike<number | bigint> }>[],
  rate: number,
): { parameters: Arrays; norms: number[] } {
  const { beta1, beta2, epsilon, weightDecay, gradientClip } = ADAMW;
  const parameters: Arrays = {
    w: Array.from(start.w.values, Number),
    b: Array.from(start.b.values, Number),
  };
  const first: Arrays = { w: parameters.w.map(() => 0), b: parameters.b.map(() => 0) };
  const second: Arrays = { w: parameters.w.map(() => 0), b: parameters.b.map(() => 0) };
  const norms = batches.map((batch, index) => {
    const gradients = linearGradients(
      parameters,
      Array.from(batch.x.values, Number),
      Array.from(batch.y.values, Number),
    );
    const norm = Math.hypot(...gradients.w, ...gradients.b);
    const scale = Math.min(1, gradientClip / norm);
    const t = index + 1;
    for (const name of ["w", "b"] as const) {
      gradients[name].forEach((raw, i) => {
        const gradient = raw * scale;
        const m = beta1 * (first[name][i] ?? 0) + (1 - beta1) * gradient;
        const v = beta2 * (second[name][i] ?? 0) + (1 - beta2) * gradient ** 2;
        first[name][i] = m;
        second[name][i] = v;
        const direction = m / (1 - beta1 ** t) / (Math.sqrt(v / (1 - beta2 ** t)) + epsilon);
        const before = parameters[name][i] ?? 0;
        parameters[name][i] =
          before - rate * (direction + (name === "w" ? weightDecay * before : 0));
      });
    }
    return norm;
  });
  return { parameters, norms };
}

/** d/dw, d/db of Σ (x w + b − y)², x [4, 3], w [3, 2], b [2], y [4, 2]. */
function linearGradients({ w, b }: Arrays, x: number[], y: number[]): Arrays {
  const gradients: Arrays = { w: w.map(() => 0), b: b.map(() => 0) };
  for (let row = 0; row < 4; row++) {
    for (let column = 0; column < 2; column++) {
      let residual = (b[column] ?? 0) - (y[row * 2 + column] ?? 0);
      for (let k = 0; k < 3; k++) residual += (x[row * 3 + k] ?? 0) * (w[k * 2 + column] ?? 0);
      for (let k = 0; k < 3; k++) {
        gradients.w[k * 2 + column] =
          (gradients.w[k * 2 + column] ?? 0) + 2 * residual * (x[row * 3 + k] ?? 0);
      }
      gradients.b[column] = (gradients.b[column] ?? 0) + 2 * residual;
    }
  }
  return gradients;
}
