/** The whole model against the float64 NumPy reference: forward, loss and every parameter's gradient. */
import {
  applyModel,
  crossEntropy,
  flattenTree,
  type PerformerModel,
  parameterShapes,
  unflattenTree,
} from "@performer/performer";
import { ModelConfig } from "@performer/schema";
import { expectClose } from "@performer/testing";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import ordinary from "./fixtures/model.json" with { type: "json" };
import reversible from "./fixtures/reversible.json" with { type: "json" };
import { describeOnEachBackend } from "./support/backends.ts";

const FIXTURES = [
  ...ordinary.map((one) => ({ residual: "ordinary", ...one })),
  ...reversible.map((one) => ({ residual: "reversible", ...one })),
];
const TOLERANCE = { rtol: 1e-4, atol: 5e-6 };

describeOnEachBackend("model against the reference", () => {
  test.each(
    FIXTURES.map(
      (one) =>
        [one.config.attention.featureMap.kind, one.config.direction, one.residual, one] as const,
    ),
  )(
    "%s, %s, %s: hidden states, logits, loss and gradients",
    (_kind, _direction, _residual, expected) => {
      const { model, tokens, paddingMask, targets, lossMask } = read(expected);
      const { hidden, logits } = applyModel(model, { tokens, paddingMask });
      expectClose(hidden, expected.hidden, TOLERANCE);
      expectClose(logits, expected.logits, TOLERANCE);

      const { lossSum, weightSum, correctSum } = crossEntropy(logits, targets, lossMask);
      expectClose(lossSum, expected.lossSum, TOLERANCE);
      expectClose(
        weightSum,
        expected.lossMask.flat().reduce((a, b) => a + b),
        TOLERANCE,
      );
      expectClose(correctSum, correctByHand(expected), TOLERANCE);

      const parameters = flattenTree(model.parameters);
      const gradients = tf.grads(
        () =>
          crossEntropy(applyModel(model, { tokens, paddingMask }).logits, targets, lossMask)
            .lossSum,
      )(Object.values(parameters));
      const reference: Readonly<Record<string, Nested>> = expected.gradients;
      expect(Object.keys(reference).toSorted()).toEqual(Object.keys(parameters).toSorted());
      Object.keys(parameters).forEach((name, i) => {
        const gradient = gradients[i] as tf.Tensor;
        // relative to the largest entry of the parameter: single entries cancel to near zero
        const largest = tf.max(tf.abs(gradient)).dataSync()[0] as number;
        expectClose(gradient, reference[name] as Nested, {
          rtol: 1e-4,
          atol: 5e-5 * largest + 1e-6,
        });
      });
    },
  );
});

type Nested = number[] | number[][];
type Fixture = (typeof FIXTURES)[number];

function read({ config, parameters, projections, ...arrays }: Fixture) {
  const checked = ModelConfig.parse(config);
  const shapes = parameterShapes(checked);
  const values: Readonly<Record<string, Nested>> = parameters;
  const flat = Object.entries(shapes).map(
    ([name, { shape }]) => [name, tf.tensor(values[name] as Nested, [...shape])] as const,
  );
  const model: PerformerModel = {
    config: checked,
    parameters: unflattenTree(Object.fromEntries(flat)),
    projections: projections.map((rows) => tf.tensor2d(rows)),
  };
  return {
    model,
    tokens: tf.tensor2d(arrays.tokens, undefined, "int32"),
    targets: tf.tensor2d(arrays.targets, undefined, "int32"),
    paddingMask: tf.tensor2d(arrays.paddingMask, undefined, "float32"),
    lossMask: tf.tensor2d(arrays.lossMask, undefined, "float32"),
  };
}

/** Σ mask · [argmax = target], from the reference's logits. */
function correctByHand({ logits, targets, lossMask }: Fixture): number {
  let sum = 0;
  logits.forEach((row, b) => {
    row.forEach((scores, i) => {
      const best = scores.indexOf(Math.max(...scores));
      if (best === targets[b]?.[i]) sum += lossMask[b]?.[i] as number;
    });
  });
  return sum;
}
