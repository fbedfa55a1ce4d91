/** The comparison mechanisms against the float64 NumPy reference (fixtures/make_comparison_fixtures.py). */
import { attention, type Direction } from "@performer/performer";
import { AttentionConfig } from "@performer/schema";
import { expectClose } from "@performer/testing";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import fixture from "./fixtures/comparison.json" with { type: "json" };
import { INPUT_NAMES, readBy } from "./support/attention-cases.ts";
import { describeOnEachBackend } from "./support/backends.ts";

const TOLERANCE = { rtol: 1e-4, atol: 2e-6 };

describeOnEachBackend("comparison mechanisms against the reference", () => {
  test.each(fixture.cases)(
    "$config.mechanism, $direction, padding $padding: output and gradients",
    (expected) => {
      const config = AttentionConfig.parse(expected.config);
      const { inputs, names, run } = readBy(config.mechanism, inputsOf(), (read) =>
        attention(read.query, read.key, read.value, { config, ...optionsOf(expected) }),
      );
      expectClose(run(...inputs), expected.output, TOLERANCE);
      const gradients = tf.grads(run)(inputs, tf.tensor4d(fixture.upstream));
      for (const name of INPUT_NAMES) {
        const gradient = gradients[names.indexOf(name)];
        const reference = expected[`${name}Gradient`];
        // what a mechanism does not read has no gradient in tfjs, and one of zero in the reference
        expectClose(gradient ?? tf.zerosLike(tf.tensor4d(reference)), reference, TOLERANCE);
      }
    },
  );

  test.each(fixture.cases.filter(({ config }) => config.mechanism === "linformer"))(
    "linformer, padding $padding: gradients of the matrices that mix positions",
    (expected) => {
      const { keyReduction, valueReduction } = expected.drawn;
      const { query, key, value } = inputsOf();
      const gradients = tf.grads((E, F) =>
        attention(query, key, value, {
          ...optionsOf(expected),
          config: AttentionConfig.parse(expected.config),
          parameters: { keyReduction: { kernel: E }, valueReduction: { kernel: F } },
        }),
      )([matrix(keyReduction), matrix(valueReduction)], tf.tensor4d(fixture.upstream));
      expectClose(gradients[0] as tf.Tensor, required(expected.keyReductionGradient), TOLERANCE);
      expectClose(gradients[1] as tf.Tensor, required(expected.valueReductionGradient), TOLERANCE);
    },
  );
});

const inputsOf = () => ({
  query: tf.tensor4d(fixture.query),
  key: tf.tensor4d(fixture.key),
  value: tf.tensor4d(fixture.value),
});

function optionsOf({ direction, padding, drawn }: (typeof fixture.cases)[number]) {
  expect(["none", "padded"]).toContain(padding);
  return {
    direction: direction as Direction,
    paddingMask: padding === "padded" ? tf.tensor2d(fixture.masks.padded) : undefined,
    projection: drawn.projection && tf.tensor2d(drawn.projection),
    ...(drawn.keyReduction && {
      parameters: {
        keyReduction: { kernel: matrix(drawn.keyReduction) },
        valueReduction: { kernel: matrix(drawn.valueReduction) },
      },
    }),
  };
}

const matrix = (rows: number[][] | undefined) => tf.tensor2d(required(rows));

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("expected the fixture to hold it, got nothing");
  return value;
}
