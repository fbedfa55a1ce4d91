import { describe, expect, test } from "vitest";
import { sequenceParts } from "../src/evaluation/sequence-parts.ts";

const TABLE =
  "accession\tset\tidentity\nA\tvalid\t0.0\nB\ttest\t0.5\nC\ttest\t0.71\nD\ttest\tnone\n";
const held = (condition: string) => {
  const [part] = sequenceParts(TABLE, "near.tsv", [condition]);
  return ["A", "B", "C", "D", "E"].filter((accession) => part?.holds(accession)).join("");
};

describe("sequenceParts", () => {
  test.each([
    ["identity < 0.5", "A"],
    ["identity <= 0.5", "AB"],
    ["identity > 0.5", "C"],
    ["identity>=0.5", "BC"],
    ["identity = none", "D"],
    ["set = test", "BCD"],
  ])(
    "%s holds %s: a cell that is no number meets no comparison, and no row no condition",
    (condition, expected) => {
      expect(held(condition)).toBe(expected);
    },
  );

  test("a part is named by its condition, in one spelling; without conditions it is what is listed", () => {
    const parts = sequenceParts(TABLE, "near.tsv", ["identity<0.5", " set  =  test "]);
    expect(parts.map(({ name }) => name)).toEqual(["identity < 0.5", "set = test"]);
    const [listed] = sequenceParts(TABLE.replaceAll("\n", "\r\n"), "near.tsv");
    expect(listed?.name).toBe("listed");
    expect([listed?.holds("D"), listed?.holds("E")]).toEqual([true, false]);
  });

  test.each([
    ["name\tx\nA\t1\n", [], /"accession" as first column, got "name" in line 1 of near.tsv/],
    ["accession\tx\nA\t1\nB\n", [], /2 cells in line 3 of near.tsv, got 1/],
    [TABLE, ["length < 3"], /column of near.tsv \(accession, set, identity\), got "length"/],
    [TABLE, ["identity < low"], /a number behind <, got "low"/],
    [TABLE, ["identity"], /a condition such as/],
  ])("what is wrong is named: %j %j", (table, conditions, message) => {
    expect(() => sequenceParts(table, "near.tsv", conditions)).toThrow(message);
  });
});
