import { encodeSequence } from "@performer/proteins";
import { expect, it } from "vitest";
import { encodeProtein } from "../src/encode-protein.ts";

it("letters are read as by every reader, and one that is no residue is named with its place", () => {
  expect(encodeProtein("mkJ-", "--prompt")).toEqual(encodeSequence("MKX"));
  expect(encodeProtein("", "--prompt")).toHaveLength(0);
  expect(() => encodeProtein("MK1", "--prompt")).toThrow(
    '--prompt: "1" at position 3 is no residue',
  );
});
