import { expect, test } from "vitest";
import { headSimilarity } from "../src/head-similarity.ts";
import type { ReceivedAttention } from "../src/received-attention.ts";
import { pearson } from "../src/statistics/correlation.ts";
import { plantHeads } from "./planted-heads.ts";

/** One sequence; `heads` lists [sums of A, C, D, total]. */
function receive(heads: readonly (readonly [number, number, number, number])[]): ReceivedAttention {
  const sums = heads.flatMap(([a, c, d, total]) => [a, c, d, ...new Array(17).fill(0), total]);
  return { heads: heads.length, sums: [Float64Array.from(sums)] };
}

test("S(a, b) is Pearson's r over heads of the shares of attention", () => {
  const received = receive([
    [10, 20, 70, 100],
    [60, 80, 60, 200],
    [90, 150, 60, 300],
    [20, 90, 90, 400],
  ]);
  const { similarity, headsKept } = headSimilarity(received);
  expect(headsKept).toBe(4);
  const shares = { A: [0.1, 0.3, 0.3, 0.05], C: [0.2, 0.4, 0.5, 0.225] };
  expect(similarity[0]?.[1]).toBeCloseTo(pearson(shares.A, shares.C) as number, 12);
  expect(similarity[1]?.[0]).toBe(similarity[0]?.[1]);
});

test("the diagonal, and residues that no head ever looks at, are undefined", () => {
  const { similarity } = headSimilarity(
    receive([
      [10, 20, 70, 100],
      [60, 80, 60, 200],
      [90, 150, 60, 300],
    ]),
  );
  expect(similarity[0]?.[0]).toBeNull();
  expect(similarity[0]?.[19]).toBeNull();
  expect(similarity.flat().some(Number.isNaN)).toBe(false);
});

test("heads whose weights sum to less than 100 are left out", () => {
  const strong = [
    [10, 20, 70, 100],
    [60, 80, 60, 200],
    [90, 150, 60, 300],
  ] as const;
  const { similarity, headsKept } = headSimilarity(receive([...strong, [99, 0, 0, 99.9]]));
  expect(headsKept).toBe(3);
  expect(similarity).toEqual(headSimilarity(receive(strong)).similarity);
});

test("fewer than three heads have no similarity: two always correlate by one", () => {
  const { similarity, headsKept } = headSimilarity(
    receive([
      [10, 20, 70, 100],
      [60, 80, 60, 200],
    ]),
  );
  expect(headsKept).toBe(2);
  expect(similarity.flat().every((value) => value === null)).toBe(true);
});

test("weights count a sequence as often as if it were listed so often", () => {
  const { heads, sums } = plantHeads({ heads: 6, sequences: 3, seed: 1, planted: true });
  const [first, second, third] = sums as [Float64Array, Float64Array, Float64Array];
  const weighted = headSimilarity({ heads, sums: [first, second, third] }, [2, 0, 3]);
  const listed = headSimilarity({ heads, sums: [first, first, third, third, third] });
  expect(weighted.headsKept).toBe(listed.headsKept);
  weighted.similarity.flat().forEach((value, index) => {
    const expected = listed.similarity.flat()[index] ?? null;
    if (expected === null) expect(value).toBeNull();
    else expect(value).toBeCloseTo(expected, 9);
  });
});
