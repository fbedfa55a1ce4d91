import {
  MARKED_PAIRS,
  markedCells,
  offDiagonal,
  orderResidues,
  rankedPairs,
  readPair,
  reorderMatrix,
} from "@performer/interpret/reading";
import { STANDARD_RESIDUES } from "@performer/proteins";
import { describe, expect, test } from "vitest";
import { residueLabel } from "../src/model/residues.ts";
import { similarityResponse } from "./support/fixture-data.ts";

const sorted = (letters: string) => [...letters].sort().join("");

describe("orderResidues", () => {
  test("each order holds every residue once", () => {
    expect(sorted(orderResidues(STANDARD_RESIDUES, "group"))).toBe(sorted(STANDARD_RESIDUES));
    expect(orderResidues("CAB", "alphabet")).toBe("ABC");
  });

  test("by group: the marked pairs stand side by side", () => {
    const order = orderResidues(STANDARD_RESIDUES, "group");
    for (const [a, b] of MARKED_PAIRS) {
      expect(Math.abs(order.indexOf(a) - order.indexOf(b))).toBe(1);
    }
  });

  test("by group: letters of no group come last", () => {
    expect(orderResidues("XAB", "group")).toBe("AXB");
  });
});

describe("reorderMatrix", () => {
  test("the value of each pair of letters stays with the pair", () => {
    const from = "ACD";
    const to = "DAC";
    const matrix = [...from].map((a) => [...from].map((b) => a + b));
    expect(reorderMatrix(matrix, from, to)).toEqual([...to].map((a) => [...to].map((b) => a + b)));
  });

  test("a letter that the matrix has not: an error", () => {
    expect(() => reorderMatrix([[1]], "A", "B")).toThrow(/expected a matrix over "A"/);
  });
});

describe("readPair", () => {
  const response = similarityResponse();

  test("rank 1 is the most similar of 190 pairs, and the pair's order does not matter", () => {
    const pairs = [...STANDARD_RESIDUES].flatMap((a, i) =>
      [...STANDARD_RESIDUES].slice(i + 1).map((b) => readPair(response, [a, b])),
    );
    const best = pairs.find(({ rank }) => rank === 1);
    expect(pairs).toHaveLength(190);
    expect(best?.similarity).toBe(Math.max(...pairs.map(({ similarity }) => similarity ?? -2)));
    const [a, b] = best?.pair ?? ["", ""];
    expect(readPair(response, [b, a])).toMatchObject({ rank: 1, pairs: 190 });
  });

  test("BLOSUM62 of the marked pairs: D, E is 2 and F, Y is 3", () => {
    expect(MARKED_PAIRS.map((pair) => readPair(response, pair).blosum62)).toEqual([2, 3]);
  });

  test("an undefined similarity has no rank", () => {
    expect(readPair(response, ["D", "D"])).toMatchObject({ similarity: null, rank: null });
  });
});

describe("both matrices", () => {
  const response = similarityResponse();
  const letters = orderResidues(STANDARD_RESIDUES, "group");

  test("pairs in order of rank are all 190, each once", () => {
    const ranked = rankedPairs(response);
    expect(ranked).toHaveLength(190);
    const values = ranked.map(({ similarity }) => similarity ?? -2);
    expect(values).toEqual([...values].sort((a, b) => b - a));
    expect(new Set(ranked.map(({ pair }) => pair.join(""))).size).toBe(190);
  });

  test("reordered, they lose their diagonals and keep the values of each pair", () => {
    const { similarity, blosum62 } = offDiagonal(response, letters);
    const cells = markedCells(letters);
    expect(cells).toHaveLength(4);
    for (const { row, column } of cells) {
      const { similarity: value, blosum62: score } = readPair(response, [
        letters[row] as string,
        letters[column] as string,
      ]);
      expect(similarity[row]?.[column]).toBe(value);
      expect(blosum62[row]?.[column]).toBe(score);
      expect(blosum62[row]?.[row]).toBeNull();
    }
  });
});

test("residues are numbered from 1", () => {
  expect(residueLabel("MKC", 0)).toBe("Met 1");
  expect(residueLabel("MKC", 2)).toBe("Cys 3");
});
