import {
  ANOMALOUS_RESIDUES,
  decodeTokens,
  encodeSequence,
  isStandardResidue,
  RESIDUES,
  ResidueError,
  STANDARD_RESIDUES,
  TOKEN,
  TOKEN_NAMES,
  VOCABULARY_SIZE,
} from "@performer/proteins";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyText } from "./fasta-cases.ts";

const encode = (text: string, policy?: "strict" | "lenient") =>
  decodeTokens(encodeSequence(text, policy));

describe("alphabet", () => {
  test("25 residues and 4 specials make 29 tokens with the ids of the field", () => {
    expect(STANDARD_RESIDUES).toBe("ACDEFGHIKLMNPQRSTVWY");
    expect(ANOMALOUS_RESIDUES).toBe("BOUXZ");
    expect(TOKEN).toEqual({ bos: 25, eos: 26, pad: 27, mask: 28 });
    expect(TOKEN_NAMES.length).toBe(VOCABULARY_SIZE);
    expect(new Set(TOKEN_NAMES).size).toBe(29);
  });

  test("ids 0 to 19 are the standard residues, no others are", () => {
    const standard = TOKEN_NAMES.filter((_, id) => isStandardResidue(id));
    expect(standard.join("")).toBe(STANDARD_RESIDUES);
  });

  test("decoding names the specials or leaves them out", () => {
    const ids = [TOKEN.bos, 0, TOKEN.mask, 24, TOKEN.eos, TOKEN.pad];
    expect(decodeTokens(ids)).toBe("<bos>A<mask>Z<eos><pad>");
    expect(decodeTokens(ids, { specials: "omit" })).toBe("AZ");
  });

  test("decoding refuses ids of another vocabulary", () => {
    for (const id of [-1, 29, 0.5]) {
      expect(() => decodeTokens([id])).toThrow(
        `decodeTokens: expected ids from 0 to 28, got ${id}`,
      );
    }
  });
});

describe("residue policy", () => {
  test("encoding and decoding residues is the identity, as text and as bytes", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...RESIDUES) }), (text) => {
        expect(encode(text)).toBe(text);
        expect(decodeTokens(encodeSequence(new TextEncoder().encode(text)))).toBe(text);
      }),
    );
  });

  test.each([
    ["lower case is read as upper case", "mkvx", "MKVX"],
    ["J becomes X", "MJKj", "MXKX"],
    ["one '*' at the end is dropped", "MK*", "MK"],
    ["a '*' inside becomes X", "M*K", "MXK"],
    ["of two '*' at the end one is inside", "MK**", "MKX"],
    ["a '*' before trailing gaps is at the end", "MK*--\n", "MK"],
    ["gaps and white space are dropped", "M-K.V \t\r\nA", "MKVA"],
    ["nothing may be left", "-*", ""],
  ])("%s", (_law, text, expected) => {
    expect(encode(text)).toBe(expected);
    expect(encode(text, "lenient")).toBe(expected);
  });

  test.each(["1", "é", "蛋", "?", "\0", ">"])(
    "%j: strict names it and its place, lenient reads X",
    (letter) => {
      const failure = (() => {
        try {
          return encode(`MK-${letter}V`);
        } catch (error) {
          return error;
        }
      })();
      expect(failure).toBeInstanceOf(ResidueError);
      expect(failure).toMatchObject({ position: 3, letter });
      expect(encode(`MK-${letter}V`, "lenient")).toBe("MKXV");
    },
  );

  test("a ResidueError names a character whole that takes two code units", () => {
    expect(() => encodeSequence("MK🧬")).toThrow('got "🧬" at position 2');
  });

  test("a ResidueError of bytes names the byte's letter", () => {
    expect(() => encodeSequence(Uint8Array.of(77, 63))).toThrow('got "?" at position 1');
  });

  test("any text is encoded under the lenient policy, with ids of residues alone", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const ids = encodeSequence(text, "lenient");
        expect(ids.length).toBeLessThanOrEqual(text.length);
        expect(ids.every((id) => id < RESIDUES.length)).toBe(true);
      }),
    );
  });
});
