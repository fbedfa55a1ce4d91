import { createStream, randomKey } from "@performer/random";
import { checkGradients, expectClose, expectConstantMemory } from "@performer/testing";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";

describe("expectClose", () => {
  test("accepts differences inside atol + rtol |expected| and no larger", () => {
    expectClose([1, 100], [1.0005, 100.05], { rtol: 5e-4, atol: 1e-4 });
    expect(() => expectClose([1, 100], [1, 100.2], { rtol: 1e-3, atol: 1e-4 })).toThrow(/at \[1\]/);
  });

  test("names the worst entry by its index, with maximum and mean difference", () => {
    const actual = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    expect(() => expectClose(actual, tf.tensor2d([1, 2.5, 1, 4], [2, 2]))).toThrow(
      /expected 1, got 3 at \[1, 0\]; 2 of 4 .*maximum 2\.000e\+0, mean 6\.250e-1/,
    );
  });

  test.each([
    ["NaN equals NaN", [Number.NaN], [Number.NaN]],
    ["NaN equals Infinity", [Number.NaN], [Number.POSITIVE_INFINITY]],
    ["Infinity equals Infinity", [Number.POSITIVE_INFINITY], [Number.POSITIVE_INFINITY]],
  ])("rejects that %s", (_, actual, expected) => {
    expect(() => expectClose(actual, expected)).toThrow(/finite/);
  });

  test("rejects shapes that differ though the size agrees", () => {
    expect(() => expectClose(tf.zeros([2, 3]), tf.zeros([3, 2]))).toThrow(
      "expected shape [3,2], got [2,3]",
    );
    expect(() => expectClose([1, 2], [1, 2, 3])).toThrow("expected 3 values, got 2");
  });
});

describe("checkGradients", () => {
  const normal = () => createStream(randomKey(1)).normal;
  const x = tf.tensor2d([0.3, -0.7, 1.1, 0.2, 0.9, -1.4], [2, 3]);

  test("accepts a right gradient", () => {
    checkGradients((a) => tf.tanh(a), [x], { normal: normal() });
  });

  test("finds a gradient that is wrong by two per cent", () => {
    const wrong = tf.customGrad((a) => {
      const input = a as tf.Tensor;
      return { value: tf.square(input), gradFunc: (dy) => tf.mul(dy, tf.mul(input, 2.04)) };
    });
    expect(() => checkGradients((a) => wrong(a), [x], { normal: normal() })).toThrow(/expectClose/);
  });
});

describe("expectConstantMemory", () => {
  test("accepts a step that frees what it makes", async () => {
    await expectConstantMemory(() => tf.zeros([3]).dispose());
  });

  test("counts what a step leaves", async () => {
    const leak = expectConstantMemory(() => void tf.zeros([3]));
    await expect(leak).rejects.toThrow("got 3");
  });
});
