import { flattenTree, unflattenTree } from "@performer/performer";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";

describe("parameter trees", () => {
  const [a, b, c] = [tf.scalar(1), tf.scalar(2), tf.scalar(3)];

  test("flattening joins the path with slashes and keeps the order and the tensors", () => {
    const flat = flattenTree({ layers: { "0": { kernel: a, bias: b } }, output: c });
    expect(Object.entries(flat)).toEqual([
      ["layers/0/kernel", a],
      ["layers/0/bias", b],
      ["output", c],
    ]);
  });

  test("unflattening is the inverse of flattening", () => {
    const tree = { layers: { "0": { kernel: a }, "1": { kernel: b } }, output: c };
    expect(unflattenTree(flattenTree(tree))).toEqual(tree);
  });

  test.each([
    ["a tensor below a tensor", { layer: a, "layer/kernel": b }],
    ["a tensor in place of a subtree", { "layer/kernel": a, layer: b }],
  ])("unflattening refuses %s", (_, flat) => {
    expect(() => unflattenTree(flat)).toThrow(/unflattenTree: expected distinct paths/);
  });
});
