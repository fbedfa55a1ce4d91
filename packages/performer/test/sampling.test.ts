/** The distribution that tokens are drawn from, and that draws follow it. */
import { drawToken, tokenDistribution } from "@performer/performer";
import { createStream, randomKey } from "@performer/random";
import { expectClose } from "@performer/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

/** Scores of tokens with probabilities 0.1, 0.5, 0.15, 0.25. */
const PROBABILITIES = [0.1, 0.5, 0.15, 0.25];
const LOGITS = PROBABILITIES.map((p) => Math.log(p) + 3);
const ALL = { temperature: 1 };

const chosen = (distribution: Float64Array) =>
  [...distribution.keys()].filter((token) => distribution[token] !== 0);

describe("tokenDistribution", () => {
  test("temperature 1 is the model's own distribution; T raises it to the power 1 / T", () => {
    expectClose(tokenDistribution(LOGITS, ALL), PROBABILITIES, { rtol: 1e-12, atol: 0 });
    const powers = PROBABILITIES.map((p) => p ** (1 / 0.7));
    const total = powers.reduce((a, b) => a + b);
    expectClose(
      tokenDistribution(LOGITS, { temperature: 0.7 }),
      powers.map((p) => p / total),
      { rtol: 1e-12, atol: 0 },
    );
  });

  test("temperature 0 is greedy; of equal scores the smaller id is taken", () => {
    expect([...tokenDistribution(LOGITS, { temperature: 0 })]).toEqual([0, 1, 0, 0]);
    expect([...tokenDistribution([1, 5, 5, 2], { temperature: 0 })]).toEqual([0, 1, 0, 0]);
  });

  test.each([
    [1, [1]],
    [2, [1, 3]],
    [3, [1, 2, 3]],
    [9, [0, 1, 2, 3]],
  ])("top-k %i keeps the likeliest and their proportions", (topK, kept) => {
    const distribution = tokenDistribution(LOGITS, { ...ALL, topK });
    expect(chosen(distribution)).toEqual(kept);
    const total = kept.reduce((sum, token) => sum + (PROBABILITIES[token] as number), 0);
    for (const token of kept) {
      expect(distribution[token]).toBeCloseTo((PROBABILITIES[token] as number) / total, 12);
    }
  });

  test("top-k keeps k tokens where more are equally likely", () => {
    expect(chosen(tokenDistribution([2, 2, 2, 2], { ...ALL, topK: 3 }))).toEqual([0, 1, 2]);
  });

  test.each([
    [0.01, [1]],
    [0.49, [1]],
    [0.51, [1, 3]],
    [0.74, [1, 3]],
    [0.76, [1, 2, 3]],
    [0.89, [1, 2, 3]],
    [0.91, [0, 1, 2, 3]],
    [1, [0, 1, 2, 3]],
  ])("top-p %f keeps the fewest that reach it", (topP, kept) => {
    expect(chosen(tokenDistribution(LOGITS, { ...ALL, topP }))).toEqual(kept);
  });

  test("top-p is a share of what temperature and top-k leave", () => {
    // of 0.5 and 0.25 the first has two thirds
    expect(chosen(tokenDistribution(LOGITS, { ...ALL, topK: 2, topP: 0.6 }))).toEqual([1]);
    expect(chosen(tokenDistribution(LOGITS, { ...ALL, topK: 2, topP: 0.7 }))).toEqual([1, 3]);
    // at a high temperature all are nearly alike: a half takes two
    expect(chosen(tokenDistribution(LOGITS, { temperature: 100, topP: 0.49 }))).toEqual([1, 3]);
  });

  test("an excluded token has no probability, whatever its score, and counts for nothing", () => {
    const excluded = new Set([1]);
    const distribution = tokenDistribution(LOGITS, ALL, excluded);
    expectClose(distribution, [0.2, 0, 0.3, 0.5], { rtol: 1e-12, atol: 0 });
    expect([...tokenDistribution(LOGITS, { temperature: 0 }, excluded)]).toEqual([0, 0, 0, 1]);
    expect(chosen(tokenDistribution(LOGITS, { ...ALL, topK: 1 }, excluded))).toEqual([3]);
  });

  test("any scores, however large, give probabilities that sum to 1", () => {
    const score = fc.double({ min: -1e5, max: 1e5, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(score, { minLength: 1, maxLength: 30 }),
        fc.double({ min: 0, max: 5, noNaN: true }),
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 1e-6, max: 1, noNaN: true }),
        (logits, temperature, topK, topP) => {
          const distribution = tokenDistribution(logits, { temperature, topK, topP });
          const total = distribution.reduce((a, b) => a + b);
          expect(Math.abs(total - 1)).toBeLessThan(1e-12);
          expect(chosen(distribution).length).toBeLessThanOrEqual(topK);
        },
      ),
      { seed: 4 },
    );
  });

  test.each([
    [{ temperature: -1 }, "expected a temperature of 0 or more, got -1"],
    [{ temperature: Number.NaN }, "temperature of 0 or more, got NaN"],
    [{ ...ALL, topK: 0 }, "expected topK of 1 or more, got 0"],
    [{ ...ALL, topK: 1.5 }, "expected topK of 1 or more, got 1.5"],
    [{ ...ALL, topP: 0 }, "expected topP above 0, at most 1, got 0"],
    [{ ...ALL, topP: 1.1 }, "expected topP above 0, at most 1, got 1.1"],
  ])("refuses %o", (options, message) => {
    expect(() => tokenDistribution(LOGITS, options)).toThrow(message);
  });

  test("refuses scores that are no numbers, and a vocabulary of excluded tokens alone", () => {
    expect(() => tokenDistribution([1, Number.NaN], ALL)).toThrow("got NaN for token 1");
    expect(() => tokenDistribution([1], ALL, new Set([0]))).toThrow("a token that may be drawn");
  });
});

describe("drawToken", () => {
  const DRAWS = 40_000;

  /** Σ (found - expected)² / expected over tokens that can be drawn, of draws from `drawn`. */
  function chiSquare(drawn: Float64Array, distribution: Float64Array): number {
    const { uniform } = createStream(randomKey(17));
    const counts = new Array<number>(distribution.length).fill(0);
    for (let i = 0; i < DRAWS; i++) {
      const token = drawToken(drawn, uniform());
      counts[token] = (counts[token] as number) + 1;
    }
    for (const [token, count] of counts.entries()) {
      if (distribution[token] === 0) expect(count).toBe(0);
    }
    return chosen(distribution).reduce((sum, token) => {
      const expected = DRAWS * (distribution[token] as number);
      return sum + ((counts[token] as number) - expected) ** 2 / expected;
    }, 0);
  }

  const twenty = Array.from({ length: 20 }, (_, token) => Math.sin(3 * token) + token / 20);
  // upper 0.1 % points of the chi-square distribution with one degree of freedom less than tokens
  test.each([
    ["of all tokens", { temperature: 1 }, 20, 43.82],
    ["sharpened", { temperature: 0.5 }, 20, 43.82],
    ["of the ten best", { temperature: 1, topK: 10 }, 10, 27.877],
    ["of a nucleus", { temperature: 1, topP: 0.3 }, 3, 13.816],
  ])("draws follow the distribution %s", (_, options, tokens, critical) => {
    const distribution = tokenDistribution(twenty, options);
    expect(chosen(distribution)).toHaveLength(tokens);
    expect(chiSquare(distribution, distribution)).toBeLessThan(critical);
  });

  test("a distribution that is a little off is found out by this test", () => {
    const distribution = tokenDistribution(twenty, { temperature: 1 });
    const other = tokenDistribution(twenty, { temperature: 1.05 });
    expect(chiSquare(other, distribution)).toBeGreaterThan(43.82);
  });

  test("the ends of the interval take the first and the last token that can be drawn", () => {
    expect(drawToken([0, 0.25, 0.75, 0], 0)).toBe(1);
    expect(drawToken([0, 0.25, 0.75, 0], 0.25)).toBe(2);
    expect(drawToken([0, 0.25, 0.75, 0], 1 - 2 ** -53)).toBe(2);
    // thirds sum to a little less than 1
    expect(drawToken([1 / 3, 1 / 3, 0.333, 0], 1 - 2 ** -53)).toBe(2);
    expect(() => drawToken([0, 0], 0.5)).toThrow("expected a probability above 0");
  });
});
