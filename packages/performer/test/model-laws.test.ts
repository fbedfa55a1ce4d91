/** What the model must satisfy: invariances, memory, learning, and errors that name the fault. */
import {
  applyModel,
  countParameters,
  crossEntropy,
  disposeModel,
  flattenTree,
  initModel,
  type PerformerModel,
  unflattenTree,
} from "@performer/performer";
import { randomKey } from "@performer/random";
import { ModelConfig, type ModelConfigInput } from "@performer/schema";
import { expectClose, expectConstantMemory } from "@performer/testing";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { attentionConfig, MECHANISMS } from "./support/attention-cases.ts";
import { describeOnEachBackend } from "./support/backends.ts";
import { drawTokens } from "./support/draw.ts";

const TOLERANCE = { rtol: 2e-5, atol: 1e-5 };

function createModel(overrides: Partial<ModelConfigInput> = {}): PerformerModel {
  const config = ModelConfig.parse({
    maxLength: 16,
    embeddingSize: 16,
    numHeads: 4,
    numLayers: 2,
    feedForwardSize: 24,
    attention: attentionConfig("relu"),
    ...overrides,
  });
  return initModel(config, randomKey(5));
}

/** lossSum of predicting `targets`, every position weighing 1. */
function lossOf(
  model: PerformerModel,
  tokens: tf.Tensor2D,
  targets: tf.Tensor2D,
  dropoutKey?: number,
) {
  const { logits } = applyModel(
    model,
    { tokens },
    { dropoutKey: dropoutKey === undefined ? undefined : randomKey(dropoutKey) },
  );
  return crossEntropy(logits, targets, tf.onesLike(tokens).cast("float32")).lossSum;
}

describeOnEachBackend("model", () => {
  describe.each(MECHANISMS)("%s, %s", (kind, direction) => {
    const overrides = { attention: attentionConfig(kind), direction };

    test("a sequence alone, padded, and in a shuffled batch gives the same hidden states", () => {
      const model = createModel(overrides);
      const tokens = drawTokens("batch", [3, 12], 29);
      const lengths = [12, 7, 9];
      const mask = (order: number[]) =>
        tf.tensor2d(
          order.map((b) => Array.from({ length: 12 }, (_, i) => (i < (lengths[b] ?? 0) ? 1 : 0))),
        );
      const order = [2, 0, 1];
      const batch = applyModel(model, { tokens, paddingMask: mask([0, 1, 2]) }).hidden;
      const shuffled = applyModel(model, {
        tokens: tf.gather(tokens, order),
        paddingMask: mask(order),
      }).hidden;
      lengths.forEach((length, b) => {
        const part = (x: tf.Tensor3D, row: number) => tf.slice(x, [row, 0, 0], [1, length, -1]);
        const alone = applyModel(model, { tokens: tf.slice(tokens, [b, 0], [1, length]) }).hidden;
        expectClose(part(batch, b), alone, TOLERANCE);
        expectClose(part(shuffled, order.indexOf(b)), alone, TOLERANCE);
      });
    });

    test("hidden states and logits are finite at padded positions, also in a row of padding", () => {
      const { hidden, logits } = applyModel(createModel(overrides), {
        tokens: drawTokens("padding", [2, 8], 29),
        paddingMask: tf.tensor2d([[1, 1, 1, 0, 0, 0, 0, 0], Array(8).fill(0)]),
      });
      expect([...hidden.dataSync(), ...logits.dataSync()].every(Number.isFinite)).toBe(true);
    });
  });

  test("causal: logits at i are unchanged, to the bit, when tokens after i change", () => {
    const model = createModel({
      attention: attentionConfig("softmax-positive"),
      direction: "causal",
    });
    const tokens = drawTokens("first", [1, 12], 29);
    const other = tf.concat(
      [tf.slice(tokens, [0, 0], [1, 5]), drawTokens("second", [1, 7], 29)],
      1,
    );
    const head = (x: tf.Tensor2D) =>
      tf.slice(applyModel(model, { tokens: x }).logits, [0, 0, 0], [1, 5, -1]);
    expectClose(head(other), head(tokens), { rtol: 0, atol: 0 });
  });

  test.each([
    ["relu", "bidirectional"],
    ["softmax-positive", "causal"],
  ] as const)("one sequence can be overfitted: %s, %s", (kind, direction) => {
    const model = createModel({ attention: attentionConfig(kind), direction, numLayers: 1 });
    const tokens = drawTokens("inputs", [1, 8], 20);
    const targets = drawTokens("targets", [1, 8], 20);
    const names = Object.keys(flattenTree(model.parameters));
    const variables = Object.values(flattenTree(model.parameters)).map((x) => tf.variable(x));
    const trained = { ...model, parameters: rebuild(names, variables) };
    const optimizer = tf.train.adam(0.03);
    for (let step = 0; step < 50; step++) {
      optimizer.minimize(() => lossOf(trained, tokens, targets) as tf.Scalar, false, variables);
    }
    const perPosition = (lossOf(trained, tokens, targets).dataSync()[0] as number) / 8;
    expect(perPosition).toBeLessThan(0.1);
    expect(tf.argMax(applyModel(trained, { tokens }).logits, -1).arraySync()).toEqual(
      targets.arraySync(),
    );
  });

  test.each(MECHANISMS)("a step leaves no tensor behind: %s, %s", async (kind, direction) => {
    const model = createModel({ attention: attentionConfig(kind), direction, dropout: 0.1 });
    const tokens = drawTokens("memory", [2, 8], 29);
    const parameters = Object.values(flattenTree(model.parameters));
    await expectConstantMemory(() => {
      const loss = () => tf.tidy(() => lossOf(model, tokens, tokens, 1) as tf.Scalar);
      const { value, grads } = tf.engine().gradients(loss, parameters);
      tf.dispose([value, ...grads]);
    });
  });

  test("an untrained model knows nothing: its mean loss is ln V within 0.2 nats", () => {
    const model = createModel({ embeddingSize: 128, numHeads: 4 });
    const tokens = drawTokens("untrained", [4, 16], 20);
    const targets = drawTokens("untrained targets", [4, 16], 20);
    const loss = (lossOf(model, tokens, targets).dataSync()[0] as number) / (4 * 16);
    expect(Math.abs(loss - Math.log(29))).toBeLessThan(0.2);
  });

  test("disposing of a model frees all that making it allocated", async () => {
    await expectConstantMemory(() => disposeModel(createModel({ positions: "learned" })));
  });

  test("learned positions tell apart sequences that sinusoidal ones would, and are trained", () => {
    const model = createModel({ positions: "learned" });
    const tokens = tf.fill([1, 6], 3, "int32") as tf.Tensor2D;
    const { hidden } = applyModel(model, { tokens });
    const [first, second] = hidden.arraySync()[0] as number[][];
    expect(first).not.toEqual(second);
    const position = flattenTree(model.parameters)["embedding/position"] as tf.Tensor;
    const targets = drawTokens("learned", [1, 6], 29);
    const [gradient] = tf.grads(() => lossOf(model, tokens, targets))([position]);
    const rows = tf.sum(tf.abs(gradient as tf.Tensor), 1).dataSync<"float32">();
    expect(Array.from(rows, (x) => x > 0)).toEqual([
      ...Array(6).fill(true),
      ...Array(10).fill(false),
    ]);
  });

  test("dropout follows its key, and is off without one", () => {
    const model = createModel({ dropout: 0.3 });
    const tokens = drawTokens("dropout", [2, 8], 29);
    const run = (key?: number) =>
      applyModel(model, { tokens }, { dropoutKey: key === undefined ? undefined : randomKey(key) })
        .logits;
    expectClose(run(1), run(1), { rtol: 0, atol: 0 });
    expect(run(1).arraySync()).not.toEqual(run(2).arraySync());
    const without = applyModel(
      { ...model, config: { ...model.config, dropout: 0 } },
      { tokens },
    ).logits;
    expectClose(run(), without, { rtol: 0, atol: 0 });
  });

  test("observe sees query, key and value of each layer, [B, L, H, D]", () => {
    const seen: [number, Record<string, number[]>][] = [];
    applyModel(
      createModel(),
      { tokens: drawTokens("observe", [2, 8], 29) },
      {
        observe: (layer, { query, key, value }) =>
          seen.push([layer, { query: query.shape, key: key.shape, value: value.shape }]),
      },
    );
    const shape = [2, 8, 4, 4];
    expect(seen).toEqual(
      [0, 1].map((layer) => [layer, { query: shape, key: shape, value: shape }]),
    );
  });
});

function rebuild(names: string[], variables: tf.Tensor[]) {
  return unflattenTree(
    Object.fromEntries(names.map((name, i) => [name, variables[i] as tf.Tensor])),
  );
}

describe("making a model", () => {
  beforeAll(() => tf.setBackend("cpu"));

  test("the count of parameters is that of the tensors, projections excluded", () => {
    for (const positions of ["sinusoidal", "learned"] as const) {
      const model = createModel({ positions });
      const sizes = Object.values(flattenTree(model.parameters)).map((x) => x.size);
      expect(countParameters(model.config)).toBe(sizes.reduce((a, b) => a + b));
    }
  });

  test("the same key gives the same model, another key another", () => {
    const { config } = createModel();
    const table = (seed: number) =>
      flattenTree(initModel(config, randomKey(seed)).parameters)["embedding/token"]?.arraySync();
    expect(table(1)).toEqual(table(1));
    expect(table(1)).not.toEqual(table(2));
  });

  test("a config that is wrong is refused with the field's name", () => {
    const { config } = createModel();
    const broken = { ...config, numHeads: 3 };
    expect(() => initModel(broken, randomKey(0))).toThrow(
      /initModel: numHeads:.* 3 does not divide/,
    );
  });
});

describe("applyModel refuses", () => {
  let model: PerformerModel;
  beforeAll(async () => {
    await tf.setBackend("cpu");
    model = createModel();
  });

  test("a sequence above maxLength", () => {
    expect(() => applyModel(model, { tokens: tf.zeros([1, 17], "int32") })).toThrow(
      "applyModel: expected a length from 1 to maxLength 16, got 17; split the sequence",
    );
  });

  test("tokens that are not int32", () => {
    expect(() => applyModel(model, { tokens: tf.zeros([1, 4]) })).toThrow(
      /of int32, got \[1,4\] of float32/,
    );
  });

  test("a padding mask of another shape", () => {
    const tokens = tf.zeros([2, 4], "int32") as tf.Tensor2D;
    expect(() => applyModel(model, { tokens, paddingMask: tf.ones([2, 5]) })).toThrow(
      "expected paddingMask of the tokens' shape [2, 4], got [2,5]",
    );
  });

  test("weights that lack a parameter of the config", () => {
    const deeper = { ...model, config: { ...model.config, numLayers: 3 } };
    expect(() => applyModel(deeper, { tokens: tf.zeros([1, 4], "int32") })).toThrow(
      /expected a subtree "2", got only \[0, 1\]; does the config match/,
    );
  });
});
