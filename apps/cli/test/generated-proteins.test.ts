import { NEVER_DRAWN, TOKEN, TOKEN_NAMES } from "@performer/proteins";
import { ModelConfig } from "@performer/schema";
import { describe, expect, it } from "vitest";
import { drawLimits } from "../src/generated-proteins.ts";
import { parseNumber, parseShare } from "../src/option-parsers.ts";

const manifest = (overrides: object = {}) => ({
  name: "tiny",
  step: 7,
  model: ModelConfig.parse({
    maxLength: 40,
    embeddingSize: 8,
    numHeads: 2,
    numLayers: 1,
    feedForwardSize: 16,
    direction: "causal",
    attention: { mechanism: "favor" },
    ...overrides,
  }),
});
const prompt = (length: number) => new Uint8Array(length);

describe("what may be drawn", () => {
  it("is the 20 standard residues and the end", () => {
    const drawn = TOKEN_NAMES.filter((_, token) => !NEVER_DRAWN.has(token));
    expect(drawn.join(" ")).toBe("A C D E F G H I K L M N P Q R S T V W Y <eos>");
    expect(NEVER_DRAWN.has(TOKEN.eos)).toBe(false);
  });

  it("is up to what the model takes, and no empty sequence", () => {
    expect(drawLimits(manifest(), prompt(0))).toEqual({ minTokens: 1, maxTokens: 40 });
    expect(drawLimits(manifest(), prompt(39))).toEqual({ minTokens: 0, maxTokens: 1 });
    expect(drawLimits(manifest(), prompt(3), 10)).toEqual({ minTokens: 0, maxTokens: 7 });
  });

  it.each([
    ["more than the model takes", {}, 0, 41, "tiny takes 40 residues at most, got 41"],
    ["a prompt that fills it", {}, 40, undefined, "expected fewer than 40 residues"],
    ["a prompt as long as asked for", {}, 3, 3, "shorten it or raise --max-length"],
    ["a bidirectional model", { direction: "bidirectional" }, 0, 9, "configs/demo-causal.json"],
    ["another vocabulary", { vocabularySize: 33 }, 0, 9, "has 33 tokens where"],
  ])("is refused with the remedy: %s", (_what, overrides, length, most, message) => {
    expect(() => drawLimits(manifest(overrides), prompt(length), most)).toThrow(message);
  });
});

describe("the options of generation", () => {
  it("take numbers inside their range alone", () => {
    expect(parseNumber(0, 100)("0.8")).toBe(0.8);
    expect(parseShare("1")).toBe(1);
    for (const text of ["", " ", "x", "-0.1", "101", "NaN"]) {
      expect(() => parseNumber(0, 100)(text)).toThrow("Expected a number from 0 to 100.");
    }
    for (const text of ["", "0", "1.01", "x"]) {
      expect(() => parseShare(text)).toThrow("Expected a number above 0, at most 1.");
    }
  });
});
