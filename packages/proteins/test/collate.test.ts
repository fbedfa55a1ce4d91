import {
  bucketLength,
  collateSequences,
  decodeTokens,
  encodeSequence,
  groupByLength,
} from "@performer/proteins";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const sequences = fc
  .array(fc.string({ unit: fc.constantFrom(..."ACDEFX"), maxLength: 90 }))
  .map((texts) => texts.map((text) => encodeSequence(text)));

describe("collateSequences", () => {
  test("a row is bos, residues, eos and pads, and the mask is 1 on all but pads", () => {
    const { tokens, paddingMask, rows, length } = collateSequences(
      [encodeSequence("MK"), encodeSequence("")],
      { length: 5 },
    );
    expect([rows, length]).toEqual([2, 5]);
    expect(decodeTokens(tokens)).toBe("<bos>MK<eos><pad><bos><eos><pad><pad><pad>");
    expect([...paddingMask]).toEqual([1, 1, 1, 1, 0, 1, 1, 0, 0, 0]);
  });

  test("a row does not depend on the rows beside it", () => {
    fc.assert(
      fc.property(sequences, (batch) => {
        const together = collateSequences(batch, { length: 96 });
        for (const [row, sequence] of batch.entries()) {
          const alone = collateSequences([sequence], { length: 96 });
          expect(together.tokens.slice(row * 96, row * 96 + 96)).toEqual(alone.tokens);
          expect(together.paddingMask.slice(row * 96, row * 96 + 96)).toEqual(alone.paddingMask);
        }
      }),
    );
  });

  test("without a length it is the bucket of the longest sequence with its specials", () => {
    expect(collateSequences([new Uint8Array(30)]).length).toBe(32);
    expect(collateSequences([new Uint8Array(31), new Uint8Array(2)]).length).toBe(48);
    expect(collateSequences([]).rows).toBe(0);
  });

  test("a sequence that does not fit is refused, not cut", () => {
    expect(() => collateSequences([new Uint8Array(9)], { length: 10 })).toThrow(
      "collateSequences: expected at most 8 residues a sequence, got 9",
    );
  });
});

describe("length buckets", () => {
  test("a bucket holds its tokens, is its own bucket, and is at most a fifth padding above 64", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), (tokens) => {
        const bucket = bucketLength(tokens);
        expect(bucket).toBeGreaterThanOrEqual(tokens);
        expect(bucketLength(bucket)).toBe(bucket);
        if (tokens > 64) expect((bucket - tokens) / bucket).toBeLessThan(1 / 5);
      }),
    );
  });

  test("buckets are powers of two and quarters between, no two closer than 16", () => {
    const buckets = new Set(Array.from({ length: 400 }, (_, tokens) => bucketLength(tokens)));
    expect([...buckets]).toEqual([
      ...[32, 48, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448],
    ]);
  });

  test("a negative or broken count is refused", () => {
    for (const tokens of [-1, 1.5, Number.NaN]) {
      expect(() => bucketLength(tokens)).toThrow(`got ${tokens}`);
    }
  });

  test("groups hold each sequence once, in its bucket, within the token limit unless alone", () => {
    const counts = fc.array(fc.integer({ min: 0, max: 2000 }));
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 5000 }), (tokenCounts, maxTokens) => {
        const groups = groupByLength(tokenCounts, { maxTokens });
        const indices = groups.flatMap((group) => group.indices);
        expect(indices.sort((a, b) => a - b)).toEqual([...tokenCounts.keys()]);
        for (const { length, indices: members } of groups) {
          for (const index of members) expect(bucketLength(tokenCounts[index]!)).toBe(length);
          if (members.length > 1) expect(members.length * length).toBeLessThanOrEqual(maxTokens);
        }
      }),
    );
  });
});
