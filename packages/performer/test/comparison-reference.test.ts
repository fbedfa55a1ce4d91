/** The comparison mechanisms against the float64 NumPy reference (fixtures/make_comparison_fixtures.py). */
import { attention, type Direction } from "@performer/performer";
import { AttentionConfig } from "@performer/schema";
import { expectClose } from "@performer/testing";
import * as tf from "@tensorflow/tfjs";
import { test } from "vitest";
import fixture from "./fixtures/comparison.json" with { type: "json" };
import { INPUT_NAMES, readBy } from "./support/attention-cases.ts";
import { describeOnEachBackend } from "./support/backends.ts";

const TOLERANCE = { rtol: 1e-4, atol: 2e-6 };

describeOnEachBackend("comparison mechanisms against the reference", () => {
  test.each(fixture.cases)(
    "$config.mechanism, $direction, padding $padding: output and gradients",
    (expected) => {
      const config = AttentionConfig.parse(expected.config);
      const options = {
        config,
        direction: expected.direction as Direction,
        paddingMask: expected.padding === "padded" ? tf.tensor2d(fixture.masks.padded) : undefined,
      };
      const { inputs, names, run } = readBy(
        config.mechanism,
        {
          query: tf.tensor4d(fixture.query),
          key: tf.tensor4d(fixture.key),
          value: tf.tensor4d(fixture.value),
        },
        ({ query, key, value }) => attention(query, key, value, options),
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
});
