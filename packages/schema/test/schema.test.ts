import {
  featureMapKinds,
  ModelConfig,
  parseWith,
  projectionKinds,
  RunConfig,
  SchemaError,
} from "@performer/schema";
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

  const favor = (choice: object) => ({ ...model, attention: { mechanism: "favor", ...choice } });

  test.each<[string, unknown, string, string[]]>([
    ["M = 0", favor({ numFeatures: 0 }), "attention.numFeatures", [">=1", "got 0"]],
    [
      "an unknown mechanism",
      { ...model, attention: { mechanism: "magic" } },
      "attention.mechanism",
      ["'favor'", "'exact'", 'got "magic"'],
    ],
    [
      "causal order with a mechanism that has none",
      { ...model, direction: "causal", attention: { mechanism: "linformer" } },
      "direction",
      ['"causal" has no form', '"linformer"', "favor, exact, identity, local, sparse, lsh"],
    ],
    [
      "a rank above maxLength",
      { ...model, maxLength: 64, attention: { mechanism: "linformer" } },
      "attention.rank",
      ["128 exceeds maxLength 64"],
    ],
    [
      "local heads that leave none for linear attention",
      favor({ localHeads: 4 }),
      "attention.localHeads",
      ["4 of 4 heads", "choose at most 3", '"local"'],
    ],
    [
      "a window of nothing",
      { ...model, attention: { mechanism: "local", window: 0 } },
      "attention.window",
      [">=1", "got 0"],
    ],
    [
      "an unknown feature map",
      favor({ featureMap: { kind: "cosh" } }),
      "attention.featureMap.kind",
      [...featureMapKinds.map((kind) => `'${kind}'`), 'got "cosh"'],
    ],
    [
      "an unknown projection",
      favor({ projection: "random" }),
      "attention.projection",
      [...projectionKinds.map((kind) => `"${kind}"`), 'got "random"'],
    ],
    [
      "a chunk longer than any sequence",
      { ...favor({ chunkSize: 200 }), maxLength: 100 },
      "attention.chunkSize",
      ["200 is longer than maxLength 100", "choose 1 to 100"],
    ],
    [
      "heads that do not divide E",
      { ...model, numHeads: 5 },
      "numHeads",
      ["5 does not divide embeddingSize 64", "choose one of 1, 2, 4, 8, 16, 32, 64"],
    ],
    [
      "an odd E with sinusoidal positions",
      { ...model, embeddingSize: 63, numHeads: 1 },
      "embeddingSize",
      ["got 63", 'choose an even one, or positions "learned"'],
    ],
    ["a misspelt field", { ...model, numLayer: 3 }, "", ["numLayer"]],
  ])(
    "%s is refused; the error names the field, the value and the choices",
    (_case, input, field, words) => {
      const error = failure(input);
      expect(error.issues.map((issue) => issue.field)).toContain(field);
      expect(error.message).toContain(`model: ${field}`);
      for (const word of words) expect(error.message).toContain(word);
    },
  );

  test("odd head sizes are no fault: 3 heads of 21, with learned positions", () => {
    const config = { ...model, embeddingSize: 63, numHeads: 3, positions: "learned" };
    expect(parseWith(ModelConfig, config, "model").numHeads).toBe(3);
  });

  test("the default chunk may be longer than maxLength, since nobody wrote it", () => {
    const config = parseWith(ModelConfig, { ...model, maxLength: 10 }, "model");
    expect(config.attention).toMatchObject({ chunkSize: 64 });
  });

  test("a value too long to read is cut short in the message", () => {
    expect(failure({ ...model, direction: "x".repeat(500) }).message.length).toBeLessThan(200);
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
