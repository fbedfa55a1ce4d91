/** Feature maps: what the laws on random shapes and the reference leave out, and a caller's own map. */
import { attention, generalizedFeatureMap } from "@performer/performer";
import { createStream, randomKey } from "@performer/random";
import { featureMapKinds } from "@performer/schema";
import { checkGradients, expectClose, expectConstantMemory } from "@performer/testing";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import {
  attend,
  attentionConfig,
  DIRECTIONS,
  drawInputs,
  favorConfig,
} from "./support/attention-cases.ts";
import { describeOnEachBackend } from "./support/backends.ts";

const TOLERANCE = { rtol: 2e-5, atol: 2e-6 };

/** [2, L]: the second sequence ends at `length`. */
const paddingMask = (L: number, length: number) =>
  tf.tensor2d([...Array(L).fill(1), ...Array(L).fill(1).fill(0, length)], [2, L]);
const dot = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
const allFinite = (x: tf.Tensor) => x.dataSync().every(Number.isFinite);

describeOnEachBackend("feature maps", () => {
  // hyp+ is the one with a gradient of its own that the laws of the mechanisms do not reach
  test.each(DIRECTIONS)(
    "softmax-hyperbolic, %s: gradients agree with finite differences",
    (direction) => {
      const { query, key, value, projection } = drawInputs(9);
      const { normal } = createStream(randomKey(4));
      checkGradients(
        (q, k, v) =>
          attention(q, k, v, {
            config: favorConfig("softmax-hyperbolic"),
            direction,
            projection,
            paddingMask: paddingMask(9, 7),
          }),
        [query, key, value] as const,
        { normal, step: 1e-3 },
      );
    },
  );

  test.each(featureMapKinds)("%s: no tensor is left behind", async (kind) => {
    const { query, key, value, projection } = drawInputs(9);
    await expectConstantMemory(() => {
      for (const direction of DIRECTIONS) {
        const gradients = tf.grads((q, k, v) =>
          attention(q as tf.Tensor4D, k as tf.Tensor4D, v as tf.Tensor4D, {
            config: favorConfig(kind),
            direction,
            projection,
          }),
        )([query, key, value]);
        tf.dispose(gradients);
      }
    });
  });
});

describeOnEachBackend("a function of the caller's as the kernel", () => {
  const softplus = generalizedFeatureMap((x) => tf.softplus(x), { sign: "positive" });

  test("the output is that of phi = f(W x) + epsilon", () => {
    const inputs = drawInputs(5);
    const options = { config: attentionConfig("relu"), direction: "causal" } as const;
    const output = attend(inputs, { ...options, featureMap: softplus }).arraySync();
    const rows = inputs.projection.arraySync();
    const phi = (x: number[]) => rows.map((row) => Math.log1p(Math.exp(dot(row, x))) + 1e-3);
    const [q, k, v] = [inputs.query, inputs.key, inputs.value].map((x) => x.arraySync()) as [
      number[][][][],
      number[][][][],
      number[][][][],
    ];
    const at = (x: number[][][][], b: number, i: number, h: number) => x[b]?.[i]?.[h] as number[];
    for (const [b, i, h] of [
      [0, 0, 0],
      [0, 3, 1],
      [1, 4, 0],
    ] as const) {
      const weights = Array.from({ length: i + 1 }, (_, j) =>
        dot(phi(at(q, b, i, h)), phi(at(k, b, j, h))),
      );
      const total = weights.reduce((sum, weight) => sum + weight);
      const expected = [0, 1, 2, 3].map(
        (d) =>
          weights.reduce((sum, weight, j) => sum + weight * (at(v, b, j, h)[d] as number), 0) /
          total,
      );
      expectClose(at(output, b, i, h), expected, TOLERANCE);
    }
  });

  test("its gradient, by autodiff, agrees with finite differences", () => {
    const { query, key, value, projection } = drawInputs(9);
    const { normal } = createStream(randomKey(4));
    checkGradients(
      (q, k, v) =>
        attention(q, k, v, {
          config: attentionConfig("relu"),
          direction: "causal",
          featureMap: softplus,
          projection,
          paddingMask: paddingMask(9, 7),
        }),
      [query, key, value] as const,
      { normal, step: 1e-2 },
    );
  });

  test("a function that may be negative has its denominators held, unless it says otherwise", () => {
    expect(generalizedFeatureMap((x) => tf.sin(x)).sign).toBe("any");
    const inputs = drawInputs(2);
    // W k = ±w: the weights of both keys cancel but for the epsilon
    const key = tf.concat(
      [inputs.key.slice([0, 0], [2, 1]), inputs.key.slice([0, 0], [2, 1]).neg()],
      1,
    );
    const output = attend(
      { ...inputs, key: key as tf.Tensor4D },
      {
        config: attentionConfig("relu"),
        direction: "bidirectional",
        featureMap: generalizedFeatureMap((x) => tf.sin(x), { kernelEpsilon: 0 }),
      },
    );
    expect(allFinite(output)).toBe(true);
    expect(tf.max(tf.abs(output)).dataSync()[0]).toBeLessThan(
      1000 * (tf.max(tf.abs(inputs.value)).dataSync()[0] as number),
    );
  });
});

test("a feature map beside a mechanism that has no features is refused", async () => {
  await tf.setBackend("cpu");
  const featureMap = generalizedFeatureMap(tf.softplus);
  const run = () =>
    attend(drawInputs(5), {
      config: attentionConfig("exact"),
      direction: "causal",
      featureMap,
    });
  expect(run).toThrow(/expected mechanism "favor" beside a featureMap, got "exact"/);
});
