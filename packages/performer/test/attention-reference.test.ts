/** Attention and its features against the float64 NumPy reference (fixtures/make_fixtures.py). */
import {
  attention,
  attentionFeatures,
  type Direction,
  type FeatureMap,
} from "@performer/performer";
import { expectClose } from "@performer/testing";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import fixture from "./fixtures/attention.json" with { type: "json" };
import { attentionConfig, type Kind } from "./support/attention-cases.ts";
import { describeOnEachBackend } from "./support/backends.ts";

const TOLERANCE = { rtol: 1e-4, atol: 2e-6 };
const GRADIENTS = ["queryGradient", "keyGradient", "valueGradient"] as const;

describeOnEachBackend("attention against the reference", () => {
  test.each(fixture.cases)(
    "$kind, $direction, padding $padding: output and gradients",
    (expected) => {
      const { query, key, value, upstream, options } = read(expected);
      const run = (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) =>
        attention(q as tf.Tensor4D, k as tf.Tensor4D, v as tf.Tensor4D, options);
      expectClose(run(query, key, value), expected.output, TOLERANCE);
      const gradients = tf.grads(run)([query, key, value], upstream);
      gradients.forEach((gradient, i) => {
        expectClose(gradient, expected[GRADIENTS[i] as (typeof GRADIENTS)[number]], TOLERANCE);
      });
    },
  );

  test.each(fixture.cases.filter(hasFeatures))(
    "$kind, $direction, padding $padding: features",
    (expected) => {
      const { query, key, options } = read(expected);
      const features = attentionFeatures(query, key, options);
      expectClose(features.queryFeatures, expected.queryFeatures, TOLERANCE);
      expectClose(features.keyFeatures, expected.keyFeatures, TOLERANCE);
    },
  );
});

type Case = (typeof fixture.cases)[number];

function hasFeatures(one: Case): one is Case & Record<keyof FeatureMap, number[][][][]> {
  return one.queryFeatures !== undefined && one.keyFeatures !== undefined;
}

function read({ kind, direction, padding }: Case) {
  expect(["none", "padded"]).toContain(padding);
  return {
    query: tf.tensor4d(fixture.query),
    key: tf.tensor4d(fixture.key),
    value: tf.tensor4d(fixture.value),
    upstream: tf.tensor4d(fixture.upstream),
    options: {
      config: attentionConfig(kind as Kind, 2),
      direction: direction as Direction,
      projection: tf.tensor2d(fixture.projection),
      paddingMask:
        padding === "padded" ? tf.tensor2d(fixture.masks.padded, undefined, "float32") : undefined,
    },
  };
}
