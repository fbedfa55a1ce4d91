import { describe, expect, test } from "vitest";
import { attentionReceived, readHead } from "../../src/reading/head-reading.ts";

const L = 40;
const mapOf = (weight: (i: number, j: number) => number): number[] =>
  Array.from({ length: L * L }, (_, cell) => weight(Math.floor(cell / L), cell % L));
const identity = mapOf((i, j) => (i === j ? 1 : 0));
const uniform = mapOf(() => 1 / L);

describe("mean distance", () => {
  test("0 where each residue looks at itself, k where it looks k residues on", () => {
    expect(readHead(identity, L).meanDistance).toBe(0);
    expect(
      readHead(
        mapOf((i, j) => (j - i === 3 ? 1 : 0)),
        L,
      ).meanDistance,
    ).toBe(3);
  });

  test("(L² − 1) / 3L where all residues are looked at alike", () => {
    expect(readHead(uniform, L).meanDistance).toBeCloseTo((L * L - 1) / (3 * L), 10);
  });

  test("does not depend on the scale of the map: dropped specials leave rows that sum below 1", () => {
    const near = mapOf((i, j) => Math.exp(-Math.abs(i - j) / 4));
    const scaled = near.map((weight) => 0.37 * weight);
    expect(readHead(scaled, L).meanDistance).toBeCloseTo(readHead(near, L).meanDistance, 10);
  });
});

describe("pattern", () => {
  test("a diagonal is local, also over a faint background", () => {
    expect(readHead(identity, L).pattern).toBe("local");
    expect(
      readHead(
        mapOf((i, j) => (i === j ? 1 : 0.02)),
        L,
      ).pattern,
    ).toBe("local");
  });

  test("columns that all residues look at are striped", () => {
    expect(
      readHead(
        mapOf((_, j) => (j % 13 === 5 ? 1 : 0.01)),
        L,
      ).pattern,
    ).toBe("striped");
  });

  test("uniform and empty maps are flat, also with faint stripes", () => {
    expect(readHead(uniform, L).pattern).toBe("flat");
    expect(
      readHead(
        mapOf(() => 0),
        L,
      ),
    ).toEqual({ meanDistance: 0, pattern: "flat" });
    expect(
      readHead(
        mapOf((_, j) => 1 + 0.1 * (j % 2)),
        L,
      ).pattern,
    ).toBe("flat");
  });

  test("blocks that are neither near nor columns are mixed", () => {
    expect(
      readHead(
        mapOf((i, j) => (i < L / 2 !== j < L / 2 ? 1 : 0)),
        L,
      ).pattern,
    ).toBe("mixed");
  });
});

test("attention received: shares of columns, which sum to 1", () => {
  const received = attentionReceived([0.1, 0.3, 0.2, 0.2], 2);
  expect(received[0]).toBeCloseTo(0.3 / 0.8, 12);
  expect(received[1]).toBeCloseTo(0.5 / 0.8, 12);
});

test("a map of another size: an error that says which", () => {
  expect(() => readHead([1, 2, 3], 2)).toThrow("readHead: expected 2 × 2 values, got 3");
});
