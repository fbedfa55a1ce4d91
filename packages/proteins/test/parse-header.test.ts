import { parseHeader } from "@performer/proteins";
import fc from "fast-check";
import { expect, test } from "vitest";
import { anyText } from "./fasta-cases.ts";

test("UniRef: cluster, name, members, taxonomy and representative", () => {
  const header =
    "UniRef50_P00974 Pancreatic trypsin inhibitor n=14 Tax=Bos taurus TaxID=9913 RepID=BPT1_BOVIN";
  expect(parseHeader(header)).toEqual({
    id: "UniRef50_P00974",
    accession: "P00974",
    database: "UniRef50",
    name: "Pancreatic trypsin inhibitor",
    clusterSize: 14,
    taxonomy: "Bos taurus",
    taxonomyId: 9913,
    representative: "BPT1_BOVIN",
  });
});

test("UniProtKB: accession and entry name between bars, organism from OS and OX", () => {
  const header =
    "sp|P00974|BPT1_BOVIN Pancreatic trypsin inhibitor OS=Bos taurus OX=9913 PE=1 SV=2";
  expect(parseHeader(header)).toEqual({
    id: "sp|P00974|BPT1_BOVIN",
    accession: "P00974",
    database: "sp",
    entryName: "BPT1_BOVIN",
    name: "Pancreatic trypsin inhibitor",
    taxonomy: "Bos taurus",
    taxonomyId: 9913,
  });
  expect(parseHeader("sp|P00974|BPT1_BOVIN")).toEqual({
    id: "sp|P00974|BPT1_BOVIN",
    accession: "P00974",
    database: "sp",
    entryName: "BPT1_BOVIN",
  });
});

test("plain: the first word is the accession, the rest the name, equals signs and all", () => {
  expect(parseHeader("seq1 my favourite n=3")).toEqual({
    id: "seq1",
    accession: "seq1",
    name: "my favourite n=3",
  });
  expect(parseHeader("")).toEqual({ id: "", accession: "" });
});

test("a UniRef header without a name, or with fields that are no numbers, leaves them out", () => {
  expect(parseHeader("UniRef90_UPI0001 n=many TaxID= RepID=X")).toEqual({
    id: "UniRef90_UPI0001",
    accession: "UPI0001",
    database: "UniRef90",
    representative: "X",
  });
});

test("of headers that NCBI joined with ^A the first counts", () => {
  expect(parseHeader("NP_1.1 first\u0001NP_2.1 second")).toEqual({
    id: "NP_1.1",
    accession: "NP_1.1",
    name: "first",
  });
});

test("any text is parsed, and the id is its first word", () => {
  fc.assert(
    fc.property(anyText, (header) => {
      const [first] = header.split("\u0001");
      expect(parseHeader(header).id).toBe(first!.trim().split(/\s/)[0]);
    }),
  );
});
