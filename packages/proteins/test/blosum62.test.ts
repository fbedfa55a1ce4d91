import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BLOSUM62, normalizedBlosum, STANDARD_RESIDUES } from "@performer/proteins";
import { expect, test } from "vitest";

/** Scores of EMBOSS's file by pair of letters. */
function readMatrix(): Map<string, number> {
  const path = join(import.meta.dirname, "fixtures/EBLOSUM62");
  const lines = readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.trim().split(/\s+/));
  const [columns, ...rows] = lines;
  return new Map(
    rows.flatMap(([row, ...scores]) =>
      scores.map((score, i): [string, number] => [`${row}${columns![i]}`, Number(score)]),
    ),
  );
}

test("BLOSUM62 is EMBOSS's matrix in the order of the alphabet", () => {
  const matrix = readMatrix();
  const letters = [...STANDARD_RESIDUES];
  expect(BLOSUM62).toEqual(letters.map((a) => letters.map((b) => matrix.get(`${a}${b}`))));
});

test("normalised, it runs from 0 at -4 to 1 at W against W", () => {
  const normalized = normalizedBlosum();
  const w = STANDARD_RESIDUES.indexOf("W");
  expect(normalized[w]![w]).toBe(1);
  expect(Math.min(...normalized.flat())).toBe(0);
  expect(normalized[0]![1]).toBeCloseTo(4 / 15, 15); // A and C score 0
});
