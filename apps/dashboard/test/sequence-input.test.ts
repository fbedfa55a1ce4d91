import { expect, test } from "vitest";
import { parsePastedSequence, subjectOf } from "../src/model/sequence-input.ts";

test("bare residues, lines, blanks and lowercase give one upper-case sequence", () => {
  for (const text of ["MKTAYI", "mktayi", " MKT AYI\n", "MKT\r\nAYI\r\n"]) {
    expect(parsePastedSequence(text)).toEqual({ sequence: "MKTAYI" });
  }
});

test("one FASTA record: its header is left out", () => {
  expect(parsePastedSequence(">sp|P00974|BPT1_BOVIN\nRPDF\nCLEP\n")).toEqual({
    sequence: "RPDFCLEP",
  });
});

test("several records: asks for one", () => {
  expect(parsePastedSequence(">a\nMK\n>b\nMK")).toEqual({
    fault: "One protein at a time: the text holds 2 FASTA records.",
  });
});

test("a letter that is no residue is named with its position, counted from 1", () => {
  expect(parsePastedSequence("MK1A")).toEqual({
    fault: "“1” at position 3 is no residue letter.",
  });
});

test("nothing pasted: asks for residues", () => {
  for (const text of ["", " \n", ">only a header\n"]) {
    expect(parsePastedSequence(text)).toHaveProperty("fault");
  }
});

test("an address that names nothing and one that names the example mean the same protein", () => {
  const example = { accession: "P00974", name: "BPT1_BOVIN" };
  const subject = subjectOf(new URLSearchParams(), example);
  expect(subject).toEqual({ accession: "P00974" });
  expect(subjectOf(new URLSearchParams({ accession: "P00974" }), example)).toEqual(subject);
  expect(subjectOf(new URLSearchParams({ sequence: "MKT" }), example)).toEqual({ sequence: "MKT" });
});
