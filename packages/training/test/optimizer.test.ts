import "@tensorflow/tfjs";
import { createStream, randomKey } from "@performer/random";
import { OptimizerConfig } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { clipByGlobalNorm, globalNorm } from "../src/optimizer/gradient-clip.ts";
import { createOptimizer } from "../src/optimizer/optimizer.ts";
import type {
  GradientTransform,
  NamedTensors,
  OptimizerState,
} from "../src/optimizer/transform.ts";
import { referenceAdamW } from "./reference-adamw.ts";

const SHAPES = { kernel: [3, 4], bias: [4] } as const;
const STEPS = 8;

function draw(seed: number, scale: number): { kernel: number[]; bias: number[] } {
  const stream = createStream(randomKey(seed));
  const values = (count: number) => Array.from({ length: count }, () => scale * stream.normal());
  return { kernel: values(12), bias: values(4) };
}

function toTensors(values: { kernel: number[]; bias: number[] }): NamedTensors {
  return {
    kernel: tf.tensor(values.kernel, [...SHAPES.kernel]),
    bias: tf.tensor(values.bias, [...SHAPES.bias]),
  };
}

function applyUpdates(
  optimizer: GradientTransform,
  learningRate: number,
  initial: { kernel: number[]; bias: number[] },
  gradients: readonly { kernel: number[]; bias: number[] }[],
): number[][][] {
  let parameters = toTensors(initial);
  let state: OptimizerState = optimizer.init(parameters);
  return gradients.map((values, index) => {
    const tensors = toTensors(values);
    const result = optimizer.update(tensors, state, {
      parameters,
      step: index + 1,
      learningRate,
      gradientNorm: globalNorm(tensors),
    });
    state = result.state;
    parameters = Object.fromEntries(
      Object.entries(parameters).map(([name, p]) => [
        name,
        tf.add(p, result.updates[name] as tf.Tensor),
      ]),
    );
    return Object.values(parameters).map((tensor) => Array.from(tensor.dataSync()));
  });
}

/** Largest |a - b| / (atol + rtol |b|); at most 1 where all values agree. */
function disagreement(a: number[][][], b: number[][][], rtol: number, atol: number): number {
  const [flatA, flatB] = [a.flat(2), b.flat(2)];
  expect(flatA.length).toBe(flatB.length);
  return Math.max(
    ...flatA.map((value, i) => Math.abs(value - flatB[i]!) / (atol + rtol * Math.abs(flatB[i]!))),
  );
}

for (const weightDecay of [0, 0.1]) {
  for (const gradientScale of [1e-3, 1]) {
    test(`AdamW equals the float64 reference over ${STEPS} steps: weight decay ${weightDecay}, gradients of scale ${gradientScale}`, () => {
      const config = OptimizerConfig.parse({ learningRate: 0.01, weightDecay });
      const initial = draw(1, 1);
      const gradients = Array.from({ length: STEPS }, (_, step) => draw(10 + step, gradientScale));
      const expected = referenceAdamW(
        config,
        [
          { values: initial.kernel, decays: true },
          { values: initial.bias, decays: false },
        ],
        gradients.map(({ kernel, bias }) => [kernel, bias]),
      );
      const actual = applyUpdates(createOptimizer(config), config.learningRate, initial, gradients);
      expect(disagreement(actual, expected, 2e-6, 2e-7)).toBeLessThan(1);
    });
  }
}

test("with zero gradients kernels shrink by rate times decay, biases stay", () => {
  const config = OptimizerConfig.parse({ learningRate: 0.5, weightDecay: 0.1 });
  const zero = { kernel: Array(12).fill(0), bias: Array(4).fill(0) };
  const ones = { kernel: Array(12).fill(1), bias: Array(4).fill(1) };
  const [[kernel, bias]] = applyUpdates(createOptimizer(config), 0.5, ones, [zero]) as [number[][]];
  expect(kernel?.every((value) => Math.abs(value - 0.95) < 1e-7)).toBe(true);
  expect(bias).toEqual([1, 1, 1, 1]);
});

test("clipping scales all gradients by one factor down to the maximum norm, and leaves shorter ones bitwise alone", () => {
  const gradients = { a: tf.tensor1d([3, 0]), b: tf.tensor1d([0, 4]) };
  const clipped = (maximum: number) => {
    const context = {
      parameters: gradients,
      step: 1,
      learningRate: 1,
      gradientNorm: globalNorm(gradients),
    };
    const { updates } = clipByGlobalNorm(maximum).update(gradients, {}, context);
    return Object.values(updates).flatMap((tensor) => Array.from(tensor.dataSync()));
  };
  expect(globalNorm(gradients).dataSync()[0]).toBe(5);
  expect(clipped(5)).toEqual([3, 0, 0, 4]);
  expect(clipped(100)).toEqual([3, 0, 0, 4]);
  expect(clipped(1)).toEqual([3, 0, 0, 4].map((value) => Math.fround(value * Math.fround(0.2))));
});

test("a zero gradient is clipped to zero, not to NaN", () => {
  const gradients = { a: tf.zeros([2]) };
  const context = {
    parameters: gradients,
    step: 1,
    learningRate: 1,
    gradientNorm: globalNorm(gradients),
  };
  const { updates } = clipByGlobalNorm(0.5).update(gradients, {}, context);
  expect(Array.from(updates["a"]?.dataSync() ?? [])).toEqual([0, 0]);
});
