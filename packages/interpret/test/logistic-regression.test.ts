/** Reference: scikit-learn in double precision (fixtures/make_probe_fixtures.py). */
import { expectClose, expectConstantMemory } from "@performer/testing";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { classify, fitLogisticRegression } from "../src/probe/logistic-regression.ts";
import { columnScales } from "../src/probe/standardize-columns.ts";
import fixture from "./fixtures/probe.json" with { type: "json" };

beforeAll(async () => {
  await tf.setBackend("cpu");
});

const { classes } = fixture;
const data = {
  features: Float32Array.from(fixture.features),
  labels: Uint8Array.from(fixture.labels),
};

const TOLERANCE = 1e-5;

describe.each(fixture.fits)("penalty $penalty", ({ penalty, weights, bias, predictions }) => {
  test("weights, bias and predictions are those of scikit-learn's C = 1 / (N · penalty)", async () => {
    const fitted = await fitLogisticRegression(data, { classes, penalty, tolerance: TOLERANCE });
    expect(fitted.stopped).toBe("tolerance");
    // where the gradient g is zero but for the tolerance, weights of standardised columns are off by |g| / penalty at most
    const gradient = TOLERANCE * Math.sqrt(weights.length);
    const { means, deviations } = columnScales(data.features, weights.length / classes);
    const standardised = (values: ArrayLike<number>) =>
      Array.from(values, (value, i) => value * (deviations[Math.floor(i / classes)] as number));
    expectClose(standardised(fitted.weights), standardised(weights), {
      rtol: 0,
      atol: gradient / penalty,
    });
    const logitsAtMean = (w: ArrayLike<number>, b: ArrayLike<number>) => {
      const logits = Array.from(b, (value, k) =>
        means.reduce(
          (sum, mean, column) => sum + mean * (w[column * classes + k] as number),
          value,
        ),
      );
      const centre = logits.reduce((sum, value) => sum + value / classes, 0);
      return logits.map((value) => value - centre);
    };
    expectClose(logitsAtMean(fitted.weights, fitted.bias), logitsAtMean(weights, bias), {
      rtol: 0,
      atol: gradient / penalty,
    });
    expect([...(await classify(fitted, data.features))]).toEqual(predictions);
  });
});

test("a feature that does not vary gets the weight 0", async () => {
  const features = Float32Array.from([0, 7, 1, 7, 2, 7, 3, 7]);
  const labels = Uint8Array.from([0, 0, 1, 1]);
  const { weights } = await fitLogisticRegression(
    { features, labels },
    { classes: 2, penalty: 0.1 },
  );
  expect([...weights.subarray(2)]).toEqual([0, 0]);
  expect(Math.abs(weights[0] as number)).toBeGreaterThan(0.1);
});

test("a fit and a classification leave no tensor behind", async () => {
  await expectConstantMemory(async () => {
    const fitted = await fitLogisticRegression(data, { classes, penalty: 0.1 });
    await classify(fitted, data.features);
  });
});

test.each([
  ["a label that is no class", { labels: Uint8Array.from([0, 1, 2, 3]) }, {}, "got 3 at 3"],
  ["features that are not N × D", { features: new Float32Array(7) }, {}, "got 7 for 4"],
  ["a feature that is not finite", { features: new Float32Array(8).fill(Number.NaN) }, {}, "NaN"],
  ["one class", {}, { classes: 1 }, "two classes or more"],
  ["no penalty", {}, { penalty: 0 }, "above 0"],
])("%s is refused by name", async (_, wrongData, wrongOptions, message) => {
  const good = { features: new Float32Array(8), labels: Uint8Array.from([0, 1, 2, 0]) };
  const fit = fitLogisticRegression(
    { ...good, ...wrongData },
    { classes: 3, penalty: 0.1, ...wrongOptions },
  );
  await expect(fit).rejects.toThrow(message);
});
