import { describe, expect, test } from "vitest";
import { createGraph, firstOutput, type Graph, type Output } from "../../src/graph/graph.ts";
import { encodeGraph } from "../../src/graph/graph-def.ts";
import { describeGraph } from "../../src/graph/text.ts";

const scalar = (graph: Graph, value: number) =>
  graph.constant("c", { type: "float32", shape: [], values: [value] });

function negate(graph: Graph, x: Output, name = "negate"): Output {
  return firstOutput(
    graph.add({
      op: "Neg",
      name,
      inputs: [x],
      attributes: { T: { type: "float32" } },
      outputs: [{ type: "float32", shape: x.shape }],
    }),
  );
}

describe("graph", () => {
  test("equal stateless nodes are one node; placeholders never are", () => {
    const graph = createGraph();
    expect(scalar(graph, 1)).toBe(scalar(graph, 1));
    expect(scalar(graph, 1)).not.toBe(scalar(graph, 2));
    expect(negate(graph, scalar(graph, 1), "a")).toBe(negate(graph, scalar(graph, 1), "b"));
    const placeholder = () => graph.placeholder("x", "float32", []);
    expect(placeholder()).not.toBe(placeholder());
  });

  test("large constants are one node where every value is the same", () => {
    const graph = createGraph();
    const table = (last: number) =>
      graph.constant("table", {
        type: "float32",
        shape: [1000],
        values: Float32Array.from({ length: 1000 }, (_, i) => (i === 999 ? last : i)),
      });
    expect(table(1).node).toBe(table(1).node);
    expect(table(1).node).not.toBe(table(1.5).node);
    expect(graph.nodes).toHaveLength(2);
  });

  test("0 and -0 are different constants", () => {
    const graph = createGraph();
    expect(scalar(graph, 0)).not.toBe(scalar(graph, -0));
  });

  test("a taken name gets a number, and characters that TensorFlow refuses are replaced", () => {
    const graph = createGraph();
    const names = ["a b", "a b", "a_b_1", "/x"].map(
      (name) => graph.placeholder(name, "int32", []).node.name,
    );
    expect(names).toEqual(["a_b", "a_b_1", "a_b_1_1", "x"]);
  });

  test("text and bytes hold what the roots need, through data and control edges", () => {
    const graph = createGraph();
    const x = graph.placeholder("x", "float32", [2]);
    const first = negate(graph, x, "layers/0/negate");
    negate(graph, first, "unneeded");
    const last = graph.add({ op: "NoOp", name: "all", controls: [first.node], outputs: [] });
    expect(describeGraph(graph, [last])).toBe(
      [
        "x = Placeholder() {shape: [2]} → float32[2]",
        "layers/0/negate = Neg(x) → float32[2]",
        "all = NoOp(^layers/0/negate) → ()",
      ].join("\n"),
    );
    const text = new TextDecoder().decode(encodeGraph(graph, [last]));
    expect(text).toContain("layers/0/negate");
    expect(text).toContain("^layers/0/negate");
    expect(text).not.toContain("unneeded");
  });
});
