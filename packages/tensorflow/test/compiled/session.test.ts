import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { TensorFlowError } from "../../src/compiled.ts";
import { createGraph, firstOutput, type Graph, type Output } from "../../src/graph/graph.ts";
import { encodeGraph } from "../../src/graph/graph-def.ts";
import { loadCApi } from "../../src/session/c-api.ts";
import { openSession, type Session } from "../../src/session/session.ts";
import type { HostTensor } from "../../src/session/tensor.ts";
import { floats } from "./host.ts";
import { hasTensorFlow, libraries } from "./libraries.ts";

/** x [rows, columns] · xᵀ, once an element of `names`. */
function productGraph(rows: number, columns: number, names = ["product"]): Uint8Array {
  const graph = createGraph();
  const x = graph.placeholder("x", "float32", [rows, columns]);
  for (const name of names) product(graph, name, x);
  return encodeGraph(graph, graph.nodes);
}

function product(graph: Graph, name: string, x: Output): Output {
  const [rows = 0] = x.shape;
  const node = graph.add({
    op: "MatMul",
    name,
    inputs: [x, x],
    attributes: { T: { type: "float32" }, transpose_b: { bool: true } },
    outputs: [{ type: "float32", shape: [rows, rows] }],
    stateful: true,
  });
  return firstOutput(node);
}

describe.skipIf(!hasTensorFlow)("session", () => {
  let session: Session;
  const open = (graphDef: Uint8Array) => {
    session = openSession(libraries, { intraOpThreads: 1, interOpThreads: 1 });
    session.extend(graphDef, "test");
  };
  afterEach(() => session.close());

  test("runs the fetched part of the graph and gives tensors back with type and shape", async () => {
    open(productGraph(2, 2));
    const [y] = await session.run({
      feeds: { "test/x": floats([1, 2, 3, 4], [2, 2]) },
      fetches: ["test/product"],
    });
    expect(y).toEqual(floats([5, 11, 11, 25], [2, 2]));
  });

  test("a profiled run names each node, its operation and its time", async () => {
    open(productGraph(400, 400, ["first", "second"]));
    const x = floats(new Array(160_000).fill(1), [400, 400]);
    const times = await session.profile({ feeds: { "test/x": x }, targets: ["test/first"] });
    const node = times.find(({ node }) => node === "test/first");
    expect(node?.op).toMatch(/MatMul$/);
    // 128 million multiplications and additions: above a microsecond, under a minute
    expect(node?.microseconds).toBeGreaterThan(1);
    expect(node?.microseconds).toBeLessThan(60e6);
    // what did not run has no time
    expect(times.map(({ node }) => node)).not.toContain("test/second");
  });

  test.each<HostTensor>([
    { type: "float32", shape: [3], values: Float32Array.of(1.5, Number.NaN, -0) },
    { type: "int32", shape: [2, 1], values: Int32Array.of(-7, 2 ** 31 - 1) },
    { type: "bool", shape: [2], values: Uint8Array.of(0, 1) },
    { type: "int64", shape: [], values: BigInt64Array.of(-(2n ** 63n)) },
    { type: "float32", shape: [0, 4], values: new Float32Array(0) },
  ])("$type of shape $shape passes through TensorFlow unchanged", async (tensor) => {
    const graph = createGraph();
    const x = graph.placeholder("x", tensor.type, tensor.shape);
    graph.add({
      op: "Identity",
      name: "same",
      inputs: [x],
      attributes: { T: { type: tensor.type } },
      outputs: [x],
    });
    open(encodeGraph(graph, graph.nodes));
    const [same] = await session.run({ feeds: { "test/x": tensor }, fetches: ["test/same"] });
    expect(same).toEqual(tensor);
  });

  test("a fed shape that does not fit is a typed error with TensorFlow's message", async () => {
    open(productGraph(2, 2));
    const run = session.run({
      feeds: { "test/x": floats([1, 2, 3], [3]) },
      fetches: ["test/product"],
    });
    await expect(run).rejects.toBeInstanceOf(TensorFlowError);
    await expect(run).rejects.toMatchObject({ code: "INVALID_ARGUMENT", node: "test/product" });
    // == from Eigen's kernel, >= from oneDNN's, which TensorFlow takes on processors with AVX-512
    await expect(run).rejects.toThrow(/ndims must be [=>]= 2/);
  });

  test("an operation that TensorFlow does not know is refused when the graph is extended", () => {
    open(productGraph(1, 1));
    const graph = createGraph();
    graph.add({ op: "NoSuchOp", name: "wrong", outputs: [] });
    expect(() => session.extend(encodeGraph(graph, graph.nodes), "more")).toThrow(
      expect.objectContaining({
        name: "TensorFlowError",
        message: expect.stringContaining("NoSuchOp"),
      }),
    );
  });

  test("a name that is not in the graph is a typed error that names it", async () => {
    open(productGraph(1, 1));
    await expect(session.run({ fetches: ["test/absent"] })).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringContaining("test/absent"),
    });
  });

  test("a graph added later runs beside the earlier one", async () => {
    open(productGraph(1, 2));
    const feeds = { "test/x": floats([3, 4], [1, 2]) };
    await session.run({ feeds, fetches: ["test/product"] });
    session.extend(productGraph(1, 1), "later");
    const [early] = await session.run({ feeds, fetches: ["test/product"] });
    const [late] = await session.run({
      feeds: { "later/x": floats([7], [1, 1]) },
      fetches: ["later/product"],
    });
    expect([early?.values[0], late?.values[0]]).toEqual([25, 49]);
  });

  test("a closed session refuses to run, after the running steps are done", async () => {
    open(productGraph(2, 2));
    const feeds = { "test/x": floats([1, 0, 0, 1], [2, 2]) };
    const running = session.run({ feeds, fetches: ["test/product"] });
    await session.close();
    await expect(running).resolves.toHaveLength(1);
    await expect(session.run({ feeds, fetches: ["test/product"] })).rejects.toThrow(/closed/);
  });

  test("memory is flat over thousands of steps, failed ones included", async () => {
    open(productGraph(200, 200));
    const feeds = { "test/x": floats(Array(40_000).fill(1), [200, 200]) };
    const wrong = { "test/x": floats(Array(40_000).fill(1), [40_000]) };
    const steps = async (count: number) => {
      for (let step = 0; step < count; step++) {
        await session.run({ feeds, fetches: ["test/product"] });
        if (step % 10 === 0) {
          await session.run({ feeds: wrong, fetches: ["test/product"] }).catch(() => undefined);
        }
      }
    };
    await steps(500);
    const before = process.memoryUsage().rss;
    await steps(3000);
    // each step moves 320 kB: a leak of its feeds or fetches would be 900 MB
    expect(process.memoryUsage().rss - before).toBeLessThan(60e6);
  });

  test("the event loop stays free while a step computes", async () => {
    // a chain of products of one thread: some hundred milliseconds
    const graph = createGraph();
    let x = graph.placeholder("x", "float32", [700, 700]);
    for (let link = 0; link < 30; link++) x = product(graph, `product_${link}`, x);
    open(encodeGraph(graph, graph.nodes));
    const feeds = { "test/x": floats(Array(490_000).fill(1e-6), [700, 700]) };
    await session.run({ feeds, targets: ["test/product_0"] });

    let done = false;
    let ticks = 0;
    const running = session.run({ feeds, targets: ["test/product_29"] }).then(() => {
      done = true;
    });
    while (!done) {
      await sleep(1);
      ticks += 1;
    }
    await running;
    expect(ticks).toBeGreaterThan(20);
  });
});

test("a library that is not there is named with the remedy", () => {
  expect(() => loadCApi({ framework: "/absent/a.so", tensorflow: "/absent/b.so" })).toThrow(
    /\/absent\/a\.so.*install the runtime/,
  );
});
