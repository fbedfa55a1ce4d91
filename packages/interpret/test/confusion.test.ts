/** Reference: scikit-learn's metrics (fixtures/make_probe_fixtures.py). */
import { expectClose } from "@performer/testing";
import { describe, expect, test } from "vitest";
import { addConfusions, confusionOf, confusionScores } from "../src/probe/confusion.ts";
import fixture from "./fixtures/probe.json" with { type: "json" };

const labels = Uint8Array.from(fixture.labels);

describe.each(fixture.fits)("predictions under penalty $penalty", (fit) => {
  const confusion = confusionOf(labels, Uint8Array.from(fit.predictions), fixture.classes);

  test("counts, accuracy, precision, recall and F1 are those of scikit-learn", () => {
    expect(confusion).toEqual(fit.confusion);
    const scores = confusionScores(confusion);
    expectClose(
      [scores?.accuracy ?? Number.NaN, scores?.macroF1 ?? Number.NaN],
      [fit.accuracy, fit.macroF1],
      { rtol: 1e-12, atol: 0 },
    );
    for (const score of ["precision", "recall", "f1"] as const) {
      const values = scores?.classes.map((each) => each[score] ?? Number.NaN) ?? [];
      expectClose(values, fit[score], { rtol: 1e-12, atol: 0 });
    }
  });

  test("parts add up to the whole, each as often as its weight says", () => {
    const part = (from: number, to: number) =>
      confusionOf(
        labels.subarray(from, to),
        Uint8Array.from(fit.predictions).subarray(from, to),
        fixture.classes,
      );
    const parts = [part(0, 20), part(20, 50), part(50, labels.length)];
    expect(addConfusions(parts)).toEqual(confusion);
    expect(addConfusions(parts, [0, 2, 0])).toEqual(addConfusions([part(20, 50), part(20, 50)]));
  });
});

test("a class that nowhere occurs is undefined and left out of the mean; nothing at all is null", () => {
  const scores = confusionScores(confusionOf(Uint8Array.of(0, 1, 1), Uint8Array.of(0, 1, 0), 3));
  expect(scores?.classes[2]).toEqual({ precision: null, recall: null, f1: null });
  expectClose(scores?.macroF1 ?? Number.NaN, 2 / 3, { rtol: 1e-15, atol: 0 });
  expect(confusionScores(confusionOf(new Uint8Array(0), new Uint8Array(0), 3))).toBeNull();
});

test("labels and predictions that do not match, or are no classes, are refused", () => {
  expect(() => confusionOf(Uint8Array.of(0), Uint8Array.of(0, 1), 2)).toThrow("got 2 for 1");
  expect(() => confusionOf(Uint8Array.of(2), Uint8Array.of(0), 2)).toThrow("0 to 1");
});
