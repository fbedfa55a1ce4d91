/**
 * What a config may ask for besides the article's model, so that pretrained Transformers fit in: GELU,
 * biases, a norm of the embedding, token dropout, an output head of its own (docs/math.md, "Pretrained models").
 */
import {
  applyModel,
  flattenTree,
  initModel,
  isTrained,
  parameterShapes,
  unflattenTree,
} from "@performer/performer";
import { randomKey } from "@performer/random";
import { ModelConfig } from "@performer/schema";
import { expectClose } from "@performer/testing";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { gelu } from "../src/gelu.ts";
import { sinusoidalPositions } from "../src/positions.ts";
import { describeOnEachBackend } from "./support/backends.ts";

const MASK = 4;
const CONFIG = ModelConfig.parse({
  vocabularySize: 6,
  maxLength: 8,
  embeddingSize: 4,
  numHeads: 2,
  numLayers: 1,
  feedForwardSize: 6,
  positions: "rotary",
  attention: { mechanism: "exact" },
  attentionBias: true,
  activation: "gelu",
  normEpsilon: 1e-3,
  tokenScale: "none",
  tokenNorm: true,
  tokenDropout: { token: MASK, share: 0.12 },
  outputHead: "transformed",
  tiedOutput: false,
  contactHead: true,
});

/** Biases and norms that are not what they begin as. */
function drawnModel(config = CONFIG) {
  const model = initModel(config, randomKey(3));
  const parameters = Object.entries(flattenTree(model.parameters)).map(
    ([name, x], i) =>
      [name, tf.add(x, tf.randomNormal(x.shape, 0, 0.3, "float32", i + 1))] as const,
  );
  return { ...model, parameters: unflattenTree(Object.fromEntries(parameters)) };
}

describeOnEachBackend("options of pretrained models", () => {
  test("GELU is x Φ(x), and its gradient Φ(x) + x φ(x)", () => {
    // Φ of the standard normal distribution: scipy.stats.norm.cdf([-3, -1, -0.1, 0, 0.5, 2, 6])
    const x = [-3, -1, -0.1, 0, 0.5, 2, 6];
    const cdf = [
      0.0013498980316301, 0.158655253931457, 0.460172162722971, 0.5, 0.691462461274013,
      0.977249868051821, 0.999999999013412,
    ];
    expectClose(
      gelu(tf.tensor1d(x)),
      x.map((value, i) => value * (cdf[i] as number)),
      { rtol: 1e-5, atol: 1e-6 },
    );
    const density = (value: number) => Math.exp(-(value ** 2) / 2) / Math.sqrt(2 * Math.PI);
    expectClose(
      tf.grad((y: tf.Tensor) => gelu(y))(tf.tensor1d(x)),
      x.map((value, i) => (cdf[i] as number) + value * density(value)),
      { rtol: 1e-5, atol: 1e-6 },
    );
  });

  test("tokens that are not dropped are scaled by (1 - share) n / (n - m), whatever pads the row", () => {
    const config = ModelConfig.parse({ ...CONFIG, tokenNorm: false });
    const model = drawnModel(config);
    const embedded = (row: number[], mask?: number[]) =>
      applyModel(
        model,
        {
          tokens: tf.tensor2d([row], [1, row.length], "int32"),
          ...(mask && { paddingMask: tf.tensor2d([mask]) }),
        },
        { depth: 0 },
      ).hidden;
    const table = flattenTree(model.parameters)["embedding/token"] as tf.Tensor2D;
    const rowOf = (token: number) => tf.slice(table, [token, 0], [1, 4]);
    const scale = (0.88 * 3) / 2;
    const expected = tf.concat(
      [tf.mul(rowOf(1), scale), tf.zeros([1, 4]), tf.mul(rowOf(2), scale)],
      0,
    );
    expectClose(tf.squeeze(embedded([1, MASK, 2]), [0]), expected, { rtol: 1e-6, atol: 1e-6 });
    const padded = embedded([1, MASK, 2, 5, 5], [1, 1, 1, 0, 0]);
    expectClose(tf.squeeze(tf.slice(padded, [0, 0, 0], [1, 3, 4]), [0]), expected, {
      rtol: 1e-6,
      atol: 1e-6,
    });
    expectClose(tf.squeeze(embedded([1]), [0]), tf.mul(rowOf(1), 0.88), { rtol: 1e-6, atol: 1e-6 });
    // nothing is left to scale by
    expectClose(embedded([MASK, MASK]), tf.zeros([1, 2, 4]), { rtol: 0, atol: 0 });
    expectClose(embedded([5, 5], [0, 0]), tf.zeros([1, 2, 4]), { rtol: 0, atol: 0 });
  });

  test("frequencies of a config replace those of rotary positions, each table for itself", () => {
    const frequencies = [1, 0.25];
    const table = sinusoidalPositions({ start: 3, length: 2 }, 4, frequencies);
    const row = (l: number) => [
      ...frequencies.map((f) => Math.sin(l * f)),
      ...frequencies.map((f) => Math.cos(l * f)),
    ];
    expectClose(table, [row(3), row(4)], { rtol: 1e-6, atol: 1e-6 });
    const usual = sinusoidalPositions({ start: 3, length: 1 }, 4);
    expectClose(usual, [[Math.sin(3), Math.sin(0.03), Math.cos(3), Math.cos(0.03)]], {
      rtol: 1e-6,
      atol: 1e-6,
    });
  });
});

test("all parameters but those of the contact head are trained", () => {
  const untrained = Object.keys(parameterShapes(CONFIG)).filter((name) => !isTrained(name));
  expect(untrained).toEqual(["contacts/kernel", "contacts/bias"]);
});

test("the parameters of the default config are those of before", () => {
  const plain = ModelConfig.parse({
    embeddingSize: 4,
    numHeads: 2,
    numLayers: 1,
    feedForwardSize: 6,
    attention: { mechanism: "exact" },
  });
  expect(Object.keys(parameterShapes(plain))).toEqual([
    "embedding/token",
    ...["scale", "bias"].map((name) => `layers/0/attentionNorm/${name}`),
    ...["query", "key", "value", "output"].map((name) => `layers/0/attention/${name}/kernel`),
    ...["scale", "bias"].map((name) => `layers/0/feedForwardNorm/${name}`),
    ...["inner", "outer"].flatMap((name) => [
      `layers/0/feedForward/${name}/kernel`,
      `layers/0/feedForward/${name}/bias`,
    ]),
    ...["finalNorm/scale", "finalNorm/bias", "output/bias"],
  ]);
});

test.each([
  [
    { vocabulary: "esm", vocabularySize: 29 },
    'vocabularySize: the vocabulary "esm" has 33 tokens, got 29',
  ],
  [{ tokenDropout: { token: 6, share: 0.1 } }, "tokenDropout.token: 6 is no token of 6"],
  [
    { direction: "causal" },
    "tokenDropout: scales every token by what is hidden in the whole sequence",
  ],
  [
    { positions: "sinusoidal", rotaryFrequencies: [1] },
    "rotaryFrequencies: 1 frequencies belong to rotary positions",
  ],
  [{ rotaryFrequencies: [1, 2, 3] }, "head size of 6, got"],
])("config %j is refused", (change, message) => {
  const parsed = ModelConfig.safeParse({ ...CONFIG, ...change });
  const issues = parsed.error?.issues.map(
    ({ path, message: text }) => `${path.join(".")}: ${text}`,
  );
  expect(issues?.join("\n")).toContain(message);
});
