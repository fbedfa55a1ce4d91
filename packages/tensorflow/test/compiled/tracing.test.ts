import "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { TracingError } from "../../src/compiled.ts";
import { createGraph, type Graph } from "../../src/graph/graph.ts";
import { describeGraph } from "../../src/graph/text.ts";
import { traceInto } from "../../src/tracing/trace.ts";

beforeAll(() => tf.setBackend("cpu"));

/** The graph of `run`, on a placeholder x of that shape. */
function record(run: (x: tf.Tensor) => tf.Tensor, shape: number[] = [2, 3]): string {
  const graph = createGraph();
  const root = traceInto(graph, ({ tensor, output }) =>
    output(run(tensor(graph.placeholder("x", "float32", shape)))),
  );
  return describeGraph(graph, [root.node]);
}

const recordNothing = (run: (graph: Graph) => unknown) => {
  const graph = createGraph();
  return () => traceInto(graph, () => run(graph));
};

describe("tracing", () => {
  test("nodes are named by the scopes of tf.tidy, gradients by the scope that they differentiate", () => {
    const layer = (x: tf.Tensor) => tf.tidy("layers/3/norm", () => tf.tanh(x));
    expect(record(layer)).toContain("layers/3/norm/Tanh = Tanh(x)");
    expect(record((x) => tf.grad((y) => layer(y))(x))).toContain("gradients/layers/3/norm/");
  });

  test("the earlier backend is back after a trace, also after one that throws", () => {
    record((x) => tf.add(x, 1));
    expect(tf.getBackend()).toBe("cpu");
    expect(
      recordNothing(() => {
        throw new Error("inside");
      }),
    ).toThrow("inside");
    expect(tf.getBackend()).toBe("cpu");
    expect(tf.add(1, 2).dataSync()[0]).toBe(3);
  });

  test("a trace leaves no tensor behind", () => {
    const run = () => record((x) => tf.grad((y) => tf.sum(tf.softmax(tf.exp(y))))(x));
    run();
    const before = tf.memory().numTensors;
    run();
    expect(tf.memory().numTensors).toBe(before);
  });

  describe("what cannot be recorded is refused with the remedy", () => {
    test("reading values", () => {
      expect(() => record((x) => tf.tensor(x.dataSync()))).toThrow(TracingError);
      expect(() => record((x) => tf.tensor(x.dataSync()))).toThrow(/return it from/);
    });

    test("a tensor made outside the trace", () => {
      const outside = tf.tensor1d([1, 2, 3]);
      expect(() => record((x) => tf.add(x, outside))).toThrow(
        /Add: expected tensors of this trace.*shape \[3\].*pass it as an input/,
      );
    });

    test("random numbers drawn in JavaScript, which would freeze", () => {
      expect(() => record((x) => tf.mul(x, tf.randomUniform([2, 3])))).toThrow(/randomUniform/);
      expect(() => record((x) => tf.dropout(x, 0.5))).toThrow(/repeat at every run/);
    });

    test("a random operation without a seed", () => {
      expect(() => record((x) => tf.multinomial(x as tf.Tensor2D, 1))).toThrow(/seed/);
    });

    test("a kernel that is not in the table, by its name", () => {
      expect(() =>
        record((x) => tf.image.resizeBilinear(tf.reshape<tf.Rank.R3>(x, [1, 2, 3]), [4, 6])),
      ).toThrow(/ResizeBilinear/);
    });

    test("text", () => {
      expect(recordNothing(() => tf.tensor(["a"]))).toThrow(/string/);
    });

    test("a trace inside a trace", () => {
      expect(recordNothing((graph) => traceInto(graph, () => 0))).toThrow(/inside a trace/);
    });
  });

  describe("what tfjs writes wastefully is recorded small", () => {
    test("the gradient of a sum is a broadcast scalar, not a constant of full size", () => {
      const text = record((x) => tf.grad((y) => tf.sum(tf.square(y)))(x), [64, 64]);
      expect(text).not.toMatch(/4096 values|Fill|BroadcastTo/);
    });

    test("broadcastTo and tile of axes of size one make no node before every element is needed", () => {
      const text = record((x) => tf.mul(tf.broadcastTo(tf.sum(x, 0, true), [2, 3]), x));
      expect(text).not.toMatch(/Tile|BroadcastTo/);
    });

    test("factors of one and terms of zero vanish; known scalars fold", () => {
      const text = record((x) => tf.add(tf.mul(x, tf.mul(tf.ones([2, 3]), 1)), tf.zeros([2, 3])));
      expect(text.split("\n").map((line) => line.split(" = ")[1])).toEqual([
        "Placeholder() {shape: [2,3]} → float32[2,3]",
        "Identity(x) → float32[2,3]",
      ]);
    });

    test("dy · step(x) is ReluGrad", () => {
      const text = record((x) => tf.grad((y) => tf.square(tf.relu(y)))(x));
      expect(text).toMatch(/ReluGrad\(gradients\/.*, x\)/);
      expect(text).not.toMatch(/Greater|Select/);
      const open = record((x) => tf.mul(tf.exp(x), tf.cast(tf.greater(x, 0), "float32")));
      expect(open).toMatch(/ReluGrad\(Exp, x\)/);
      expect(open).not.toMatch(/Greater|Cast/);
    });

    test("a fused product of matrices is three operations on matrices, which TensorFlow makes one", () => {
      const text = record((x) =>
        tf.fused.matMul({
          a: x as tf.Tensor2D,
          b: tf.ones([3, 4]),
          bias: tf.tensor1d([1, 2, 3, 4]),
          activation: "relu",
        }),
      );
      const operations = text.split("\n").map((line) => /= (\w+)/.exec(line)?.[1]);
      expect(
        operations.filter((name) => !/Const|Placeholder|BroadcastTo/.test(name ?? "")),
      ).toEqual(["MatMul", "BiasAdd", "Relu"]);
    });

    test("transpositions, reshapes and casts that undo each other vanish", () => {
      const text = record((x) => {
        const back = tf.transpose(tf.transpose(x, [1, 0]), [1, 0]);
        return tf.add(tf.reshape(tf.reshape(tf.cast(back, "float32"), [6]), [2, 3]), 1);
      });
      expect(text).not.toMatch(/Transpose|Reshape|Cast/);
    });
  });

  test("customGrad: its own gradient is recorded, with what it saved", () => {
    const tripled = tf.customGrad((x, save) => {
      const input = x as tf.Tensor;
      (save as tf.GradSaveFunc)([input]);
      return {
        value: tf.sin(input),
        gradFunc: (dy, saved) => tf.mul(dy, tf.mul(saved[0] as tf.Tensor, 3)),
      };
    });
    const text = record((x) => tf.grad((y) => tripled(y))(x));
    expect(text).not.toContain("Cos");
    expect(text).toMatch(/Mul\(x, /);
  });
});
