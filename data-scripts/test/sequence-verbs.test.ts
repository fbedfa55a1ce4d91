/** filter, split and pack: which records they write where. */
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parseHeader } from "@performer/proteins";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { partOfId, positionOfId } from "../src/part-of-id.ts";
import { filterFiles } from "../src/verbs/filter.ts";
import { packFiles } from "../src/verbs/pack.ts";
import { splitFiles } from "../src/verbs/split.ts";
import { newFolder } from "./support/folders.ts";
import { fileOf, KEEP_ALL, PACKING, readAll, SAMPLE, SHARES } from "./support/sequences.ts";

describe("filter", () => {
  const FILE = ">a one\nMKTay\n>b\nMXXB\n>c\nMK\n>d j\nMJJK*\n>e\nMKTAYIAK\n";

  test("keeps what the rules keep, in the 25 letters, and counts the rest by the first rule it fails", async () => {
    const output = join(await newFolder(), "out");
    const rules = { minLength: 3, maxLength: 6, maxOddShare: 0.5, letters: "refuse" } as const;
    const { manifest } = await filterFiles([await fileOf(FILE)], { output, ...rules });
    expect(await readAll(join(output, "sequences.fasta.gz"))).toEqual([
      ["a one", "MKTAY"],
      ["d j", "MXXK"],
    ]);
    expect(manifest.counts).toEqual({
      kept: 2,
      residues: 9,
      tooShort: 1,
      tooLong: 1,
      odd: 1,
      badLetter: 0,
    });
    expect(manifest.arguments).toEqual(rules);
    const other = filterFiles([await fileOf(FILE)], { output, ...rules, maxLength: 7 });
    await expect(other).rejects.toThrow("maxLength 6, now 7");
  });

  test("a letter that is no residue stops, becomes X, or drops its record, as told", async () => {
    const input = await fileOf(">a\nMK\n>b\nM1K\n");
    const run = async (letters: "refuse" | "as-x" | "drop") => {
      const output = join(await newFolder(), "out");
      await filterFiles([input], { output, ...KEEP_ALL, letters });
      return readAll(join(output, "sequences.fasta.gz"));
    };
    await expect(run("refuse")).rejects.toThrow(/in\.fasta:3: record "b": "1" at position 1/);
    expect(await run("as-x")).toEqual([
      ["a", "MK"],
      ["b", "MXK"],
    ]);
    expect(await run("drop")).toEqual([["a", "MK"]]);
  });

  test("lines have 60 residues, as UniProt's", async () => {
    const output = join(await newFolder(), "out");
    await filterFiles([await fileOf(`>a\n${"M".repeat(121)}\n`)], { output, ...KEEP_ALL });
    const text = gunzipSync(await readFile(join(output, "sequences.fasta.gz"))).toString();
    expect(text).toBe(`>a\n${"M".repeat(60)}\n${"M".repeat(60)}\nM\n`);
  });
});

describe("split", () => {
  // python3: int.from_bytes(hashlib.sha256(b"UniRef50_P00974").digest()[:6], "big") / 2**48
  test.each([
    ["UniRef50_P00974", 0.8657345754113841],
    ["UniRef50_Q9SPU3", 0.3717691625129049],
    ["sp|P00974|BPT1_BOVIN", 0.8889556477069647],
    ["", 0.8894159948913369],
  ])("%j lies at a position that anyone can recompute", (id, position) => {
    expect(positionOfId(id)).toBe(position);
  });

  test("the same id is in the same part whatever the file, and shares only move their own border", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(50), fc.nat(50), (id, valid, test) => {
        const part = partOfId(id, { valid: valid / 101, test: test / 101 });
        if (part === "test") {
          expect(partOfId(id, { valid: 0, test: (test + 1) / 101 })).toBe("test");
        }
        if (part === "valid") {
          expect(partOfId(id, { valid: (valid + 1) / 101, test: 0 })).toBe("valid");
        }
        expect(partOfId(id, { valid: 0, test: 0 })).toBe("train");
      }),
    );
  });

  test("10,000 clusters come to their shares within five standard deviations", () => {
    const counts = { train: 0, valid: 0, test: 0 };
    for (let i = 0; i < 10_000; i++) counts[partOfId(`UniRef50_${i}`, SHARES)]++;
    expect(Math.abs(counts.valid - 2000)).toBeLessThan(5 * Math.sqrt(10_000 * 0.2 * 0.8));
    expect(Math.abs(counts.test - 1000)).toBeLessThan(5 * Math.sqrt(10_000 * 0.1 * 0.9));
  });

  test("every record is in exactly one part, in the order of the file, letters as they were", async () => {
    const output = join(await newFolder(), "out");
    const { counts } = (await splitFiles([SAMPLE], { output, ...SHARES })).manifest;
    const parts = await Promise.all(
      ["train", "valid", "test"].map((part) => readAll(join(output, `${part}.fasta.gz`))),
    );
    const all = await readAll(SAMPLE);
    for (const [i, part] of (["train", "valid", "test"] as const).entries()) {
      const belonging = all.filter(([header]) => partOfId(parseHeader(header).id, SHARES) === part);
      expect(parts[i]).toEqual(belonging);
      expect(counts[part]).toBe(belonging.length);
    }
    expect(parts.flat()).toHaveLength(all.length);
  });

  test("held-out families are in no other part, by cluster, accession, RepID or organism", async () => {
    const input = await fileOf(
      [
        ">UniRef50_A1 x n=1 Tax=t TaxID=9 RepID=A1_COW\nMK\n",
        ">UniRef50_A2 x n=1 Tax=t TaxID=9 RepID=A2_COW\nML\n",
        ">UniRef50_A3 x n=1 Tax=t TaxID=8 RepID=A3_COW\nMM\n",
        ">UniRef50_A4 x n=1 Tax=t TaxID=7 RepID=A4_COW\nMN\n",
        ">sp|A5|A5_PIG y OS=t OX=6\nMP\n",
        ">UniRef50_A6 x n=1 Tax=t TaxID=91 RepID=A6_COW\nMQ\n",
      ].join(""),
    );
    const list = await fileOf("# families\nUniRef50_A1\nA3 # one\nTaxID=7\n\nA5_PIG\n", "list.txt");
    const output = join(await newFolder(), "out");
    const options = { output, valid: 0, test: 0, holdOut: list };
    const { counts, sources } = (await splitFiles([input], options)).manifest;
    expect(counts).toEqual({ train: 2, valid: 0, test: 0, "held-out": 4 });
    expect(sources.map(({ name }) => name)).toEqual(["in.fasta", "list.txt"]);
    const held = await readAll(join(output, "held-out.fasta.gz"));
    expect(held.map(([, letters]) => letters)).toEqual(["MK", "MM", "MN", "MP"]);

    await writeFile(list, "UniRef50_A1\n");
    await expect(splitFiles([input], options)).rejects.toThrow(/the input that .* was made from/);
  });

  test("a family that no record has is an error: it would be trained on under its right name", async () => {
    const input = await fileOf(">UniRef50_A1 x\nMK\n");
    const output = join(await newFolder(), "out");
    const run = async (text: string) =>
      splitFiles([input], { output, ...SHARES, holdOut: await fileOf(text, "list.txt") });
    await expect(run("UniRef50_A1\nUniRef5O_A2\n")).rejects.toThrow("got none for UniRef5O_A2");
    await expect(run("# nothing\n")).rejects.toThrow("got none; correct the list");
    await expect(run("A1 A2\n")).rejects.toThrow('got "A1 A2"');
    expect(existsSync(output)).toBe(false);
  });

  test("shares that leave nothing for training are refused", async () => {
    const output = join(await newFolder(), "out");
    await expect(splitFiles([SAMPLE], { output, valid: 0.5, test: 0.5 })).rejects.toThrow(
      "leave some for training",
    );
  });
});

describe("pack", () => {
  test("is read as the file it was made from, and can be the input of a verb", async () => {
    const output = join(await newFolder(), "out");
    const { counts } = (await packFiles([SAMPLE], { output, ...PACKING })).manifest;
    expect(counts).toEqual({ sequences: 195, residues: 65_637, shards: 7 });
    expect(await readAll(output)).toEqual(await readAll(SAMPLE));
    const filtered = join(await newFolder(), "filtered");
    await filterFiles([output], { output: filtered, ...KEEP_ALL });
    expect(await readAll(join(filtered, "sequences.fasta.gz"))).toEqual(await readAll(SAMPLE));
  });
});
