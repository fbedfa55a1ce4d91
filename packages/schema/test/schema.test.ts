import { ModelConfig, parseWith, RunConfig, SchemaError } from "@performer/schema";
import { describe, expect, test } from "vitest";

const model = {
  embeddingSize: 64,
  numHeads: 4,
  numLayers: 2,
  feedForwardSize: 128,
  attention: { mechanism: "favor" },
};

const failure = (input: unknown): SchemaError => {
  try {
    parseWith(ModelConfig, input, "model");
  } catch (error) {
    if (error instanceof SchemaError) return error;
    throw error;
  }
  throw new Error("expected a SchemaError");
};

describe("ModelConfig", () => {
  test("defaults are the article's: ReLU kernel, M = 256, orthogonal, redrawn every 1000 steps", () => {
    expect(parseWith(ModelConfig, model, "model")).toMatchObject({
      vocabularySize: 29,
      direction: "bidirectional",
      attention: {
        mechanism: "favor",
        featureMap: { kind: "relu", kernelEpsilon: 1e-3 },
        projection: "orthogonal",
        numFeatures: 256,
        redrawEvery: 1000,
      },
    });
  });

  test.each([
    [
      "M = 0",
      { ...model, attention: { mechanism: "favor", numFeatures: 0 } },
      "attention.numFeatures",
    ],
    [
      "an unknown mechanism",
      { ...model, attention: { mechanism: "magic" } },
      "attention.mechanism",
    ],
    [
      "a window of nothing",
      { ...model, attention: { mechanism: "local", window: 0 } },
      "attention.window",
    ],
    [
      "an unknown feature map",
      { ...model, attention: { mechanism: "favor", featureMap: { kind: "cosh" } } },
      "attention.featureMap.kind",
    ],
    ["heads that do not divide E", { ...model, numHeads: 5 }, "numHeads"],
    [
      "an odd E with sinusoidal positions",
      { ...model, embeddingSize: 63, numHeads: 1 },
      "embeddingSize",
    ],
    ["a misspelt field", { ...model, numLayer: 3 }, ""],
  ])("%s is refused and the error names the field", (_case, input, field) => {
    const error = failure(input);
    expect(error.issues.map((issue) => issue.field)).toContain(field);
    expect(error.message).toContain(`model: ${field}`);
  });
});

test("RunConfig: nested defaults fill in, and names are safe as folder names", () => {
  const config = parseWith(RunConfig, { name: "demo", model, training: { steps: 3 } }, "demo.json");
  expect(config.training.masking).toEqual({ fraction: 0.15, maskShare: 0.8, randomShare: 0.1 });
  expect(config.training.optimizer.beta2).toBe(0.98);
  expect(() =>
    parseWith(RunConfig, { name: "../demo", model, training: { steps: 3 } }, "demo.json"),
  ).toThrow("name");
});
