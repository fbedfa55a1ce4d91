/** Attention and its features against the float64 NumPy reference (fixtures/make_fixtures.py). */
import {
  type AttentionFeatures,
  type AttentionOptions,
  attention,
  attentionFeatures,
  type Direction,
} from "@performer/performer";
import { type FeatureMapConfig, featureMapKinds } from "@performer/schema";
import { expectClose } from "@performer/testing";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import attentionFixture from "./fixtures/attention.json" with { type: "json" };
import mapsFixture from "./fixtures/feature-maps.json" with { type: "json" };
import { attentionConfig, DIRECTIONS, favorConfig } from "./support/attention-cases.ts";
import { describeOnEachBackend } from "./support/backends.ts";

const TOLERANCE = { rtol: 1e-4, atol: 2e-6 };
const GRADIENTS = ["queryGradient", "keyGradient", "valueGradient"] as const;

const FIXTURES = [attentionFixture, mapsFixture];
const CASES = FIXTURES.flatMap((fixture) =>
  fixture.cases.map((expected) => ({ ...expected, fixture })),
);

test("the reference holds exact attention and every feature map, direction and padding", () => {
  const names = CASES.map(({ kind, direction, padding }) => `${kind} ${direction} ${padding}`);
  const wanted = [...featureMapKinds, "exact"].flatMap((kind) =>
    DIRECTIONS.flatMap((direction) =>
      ["none", "padded"].map((padding) => `${kind} ${direction} ${padding}`),
    ),
  );
  expect(names.toSorted()).toEqual(wanted.toSorted());
});

describeOnEachBackend("attention against the reference", () => {
  test.each(CASES)("$kind, $direction, padding $padding: output and gradients", (expected) => {
    const { query, key, value, upstream, options } = read(expected);
    expectOutputAndGradients(expected, { query, key, value, upstream }, options);
  });

  test.each(CASES.filter(hasFeatures))(
    "$kind, $direction, padding $padding: features",
    (expected) => {
      const { query, key, options } = read(expected);
      const features = attentionFeatures(query, key, options);
      expectClose(features.queryFeatures, expected.queryFeatures, TOLERANCE);
      expectClose(features.keyFeatures, expected.keyFeatures, TOLERANCE);
    },
  );

  test.each(mapsFixture.vanishing)(
    "$direction: denominators that vanish, as keys cancel in pairs, are held from zero",
    (expected) => {
      const inputs = {
        query: tf.tensor4d(mapsFixture.query),
        key: tf.tensor4d(mapsFixture.mirroredKey),
        value: tf.tensor4d(mapsFixture.value),
        upstream: tf.tensor4d(mapsFixture.upstream),
      };
      expectOutputAndGradients(expected, inputs, {
        config: favorConfig("identity", 2),
        direction: expected.direction as Direction,
        projection: tf.tensor2d(mapsFixture.projection),
      });
    },
  );
});

type Case = (typeof CASES)[number];
type Inputs = Record<"query" | "key" | "value" | "upstream", tf.Tensor4D>;

function expectOutputAndGradients(
  expected: Pick<Case, "output" | (typeof GRADIENTS)[number]>,
  { query, key, value, upstream }: Inputs,
  options: AttentionOptions,
): void {
  const run = (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) =>
    attention(q as tf.Tensor4D, k as tf.Tensor4D, v as tf.Tensor4D, options);
  expectClose(run(query, key, value), expected.output, TOLERANCE);
  const gradients = tf.grads(run)([query, key, value], upstream);
  gradients.forEach((gradient, i) => {
    expectClose(gradient, expected[GRADIENTS[i] as (typeof GRADIENTS)[number]], TOLERANCE);
  });
}

type Features = Record<Extract<keyof AttentionFeatures, `${string}Features`>, number[][][][]>;

function hasFeatures(one: Case): one is Case & Features {
  return "queryFeatures" in one && one.queryFeatures !== undefined;
}

function read({ kind, direction, padding, fixture }: Case) {
  expect(["none", "padded"]).toContain(padding);
  return {
    query: tf.tensor4d(fixture.query),
    key: tf.tensor4d(fixture.key),
    value: tf.tensor4d(fixture.value),
    upstream: tf.tensor4d(fixture.upstream),
    options: {
      config:
        kind === "exact"
          ? attentionConfig("exact")
          : favorConfig(kind as FeatureMapConfig["kind"], 2),
      direction: direction as Direction,
      projection: tf.tensor2d(fixture.projection),
      paddingMask:
        padding === "padded" ? tf.tensor2d(fixture.masks.padded, undefined, "float32") : undefined,
    },
  };
}
