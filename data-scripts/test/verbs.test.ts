/** filter, split, pack and stats: what they write, that they do it once, and what bad input does. */
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parseHeader } from "@performer/proteins";
import { readFastaFiles } from "@performer/proteins/node";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { partOfId, positionOfId } from "../src/part-of-id.ts";
import { describeSequences } from "../src/sequence-statistics.ts";
import { scoreBaselines } from "../src/verbs/baseline.ts";
import { filterFiles } from "../src/verbs/filter.ts";
import { packFiles } from "../src/verbs/pack.ts";
import { splitFiles } from "../src/verbs/split.ts";
import { describeFiles } from "../src/verbs/stats.ts";
import { contentsOf, manifestOf, newFolder } from "./support/folders.ts";

const SAMPLE = join(import.meta.dirname, "../../data/sample-valid.fasta.gz");
const KEEP_ALL = { minLength: 1, maxLength: 1000, maxOddShare: 1, letters: "refuse" } as const;
const SHARES = { valid: 0.2, test: 0.1 };
const PACKING = { policy: "strict", shardResidues: 10_000 } as const;

/** Each verb on any input, for the laws that all of them keep. */
const VERBS = {
  filter: (input: string, output: string) => filterFiles([input], { output, ...KEEP_ALL }),
  split: (input: string, output: string) => splitFiles([input], { output, ...SHARES }),
  pack: (input: string, output: string) => packFiles([input], { output, ...PACKING }),
  stats: (input: string, output: string) => describeFiles([input], { output }),
  baseline: (input: string, output: string) =>
    scoreBaselines([input], { output, fit: [input], order: 2, policy: "strict" }),
};
const verbs = Object.entries(VERBS);

const textOf = (bytes: Uint8Array): string => new TextDecoder("latin1").decode(bytes);

async function readAll(...paths: string[]): Promise<[header: string, letters: string][]> {
  const records: [string, string][] = [];
  for await (const { header, sequence } of readFastaFiles(paths)) {
    records.push([header, textOf(sequence)]);
  }
  return records;
}

async function fileOf(text: string, name = "in.fasta"): Promise<string> {
  const path = join(await newFolder(), name);
  await writeFile(path, text);
  return path;
}

describe.each(verbs)("%s", (verb, run) => {
  test("is done once: a second run verifies and changes nothing", async () => {
    const output = join(await newFolder(), "out");
    const { wasDone, manifest } = await run(SAMPLE, output);
    expect(wasDone).toBe(false);
    expect(manifest.verb).toBe(verb);
    expect(await manifestOf(output)).toMatchObject({ verb });
    for (const { name } of manifest.sources) expect(name).toBe("sample-valid.fasta.gz");
    const before = await contentsOf(output);
    expect(Object.keys(before).sort()).toEqual(
      ["manifest.json", ...Object.keys(manifest.files)].sort(),
    );
    expect(await run(SAMPLE, output)).toMatchObject({ wasDone: true, manifest: { verb } });
    expect(await contentsOf(output)).toEqual(before);
    expect(existsSync(`${output}.partial`)).toBe(false);
  });

  test("refuses a folder that it made from other input, or that was damaged since, and keeps it", async () => {
    const output = join(await newFolder(), "out");
    await run(SAMPLE, output);
    const other = await fileOf(">a\nMKT\n", "sample-valid.fasta.gz");
    const whole = await contentsOf(output);
    await expect(run(other, output)).rejects.toThrow(/the input that .* was made from/);
    expect(await contentsOf(output)).toEqual(whole);

    const [name = ""] = Object.keys((await manifestOf(output)).files);
    const bytes = await readFile(join(output, name));
    bytes[bytes.length >> 1]! ^= 4;
    await writeFile(join(output, name), bytes);
    const damaged = await contentsOf(output);
    await expect(run(SAMPLE, output)).rejects.toThrow(/remove the folder and run the verb again/);
    expect(await contentsOf(output)).toEqual(damaged);
  });

  test("refuses a folder of something else", async () => {
    const output = await newFolder();
    await writeFile(join(output, "thesis.txt"), "years of work");
    await expect(run(SAMPLE, output)).rejects.toThrow("got one with thesis.txt; choose another");
    expect(Object.keys(await contentsOf(output))).toEqual(["thesis.txt"]);
    const file = join(output, "thesis.txt");
    await expect(run(SAMPLE, file)).rejects.toThrow("ENOTDIR");
  });

  test.each([
    ["a missing file", async () => join(await newFolder(), "none.fasta"), /got none \(ENOENT\)/],
    ["standard input", async () => "-", /save it to a file first/],
    ["a folder without a manifest", () => newFolder(), /name the files in it/],
    ["an empty file", () => fileOf(""), /expected sequences, got none/],
    ["no FASTA", () => fileOf('{"a": 1}'), /in\.fasta:1: .*is this a FASTA file/],
    [
      "a file cut short",
      async () => {
        const path = await fileOf("");
        const bytes = await readFile(SAMPLE);
        await writeFile(path, bytes.subarray(0, 20_000));
        return path;
      },
      /gzip data are damaged or cut short .*fetch or compress the file again/,
    ],
  ])("leaves nothing of %s, and names the remedy", async (_what, make, message) => {
    const output = join(await newFolder(), "out");
    await expect(run(await make(), output)).rejects.toThrow(message);
    expect(existsSync(output)).toBe(false);
    expect(existsSync(`${output}.partial`)).toBe(false);
  });

  test("refuses a file that is not what the manifest beside it says", async () => {
    const folder = join(await newFolder(), "filtered");
    await VERBS.filter(SAMPLE, folder);
    const path = join(folder, "sequences.fasta.gz");
    const whole = await readFile(path);
    const output = join(await newFolder(), "out");
    // a good file of another content: the same number of bytes, another one, gzip none the worse
    const same = Buffer.from(whole);
    same[9]! ^= 1; // the operating system of the gzip header
    for (const bytes of [same, whole.subarray(0, 1000)]) {
      await writeFile(path, bytes);
      await expect(run(folder, output)).rejects.toThrow(/manifest\.json beside it says, got/);
      expect(existsSync(output)).toBe(false);
    }
  });

  test("takes the release from the folder it reads to its own manifest", async () => {
    const folder = join(await newFolder(), "downloaded");
    await mkdir(folder);
    const bytes = await readFile(SAMPLE);
    await writeFile(join(folder, "x.fasta.gz"), bytes);
    const { files } = (await describeFiles([SAMPLE], { output: join(await newFolder(), "o") }))
      .manifest;
    expect(Object.keys(files)).toEqual(["stats.json", "stats.txt"]);
    const sha256 = (await describeFiles([SAMPLE], { output: join(await newFolder(), "p") }))
      .manifest.sources[0]!.sha256;
    const release = { dataset: "swissprot", version: "2026_03" };
    const manifest = {
      format: 1,
      verb: "download",
      createdAt: "",
      sources: [{ name: "x", sha256, sizeBytes: bytes.length, release }],
      arguments: {},
      counts: {},
      files: { "x.fasta.gz": { sha256, sizeBytes: bytes.length } },
    };
    await writeFile(join(folder, "manifest.json"), JSON.stringify(manifest));
    const output = join(await newFolder(), "out");
    await run(folder, output);
    for (const source of (await manifestOf(output)).sources) {
      expect(source).toMatchObject({ name: "x.fasta.gz", release });
    }
  });
});

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
    const { gunzipSync } = await import("node:zlib");
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
    await VERBS.filter(output, filtered);
    expect(await readAll(join(filtered, "sequences.fasta.gz"))).toEqual(await readAll(SAMPLE));
  });
});

describe("stats", () => {
  test("counts letters as they are in the file, lengths and percentiles by nearest rank", async () => {
    const sequences = ["MKkT", "MJ*", "AC-X", "A", "ACDEFGHIKL"];
    const records = async function* () {
      for (const text of sequences) yield { sequence: Buffer.from(text) };
    };
    const statistics = await describeSequences(records());
    expect(statistics).toMatchObject({
      sequences: 5,
      residues: 22,
      lengths: {
        shortest: 1,
        longest: 10,
        mean: 22 / 5,
        percentiles: { "5": 1, "25": 3, "50": 4, "75": 4, "95": 10, "99": 10 },
        bands: [
          { from: 1, to: 1, sequences: 1 },
          { from: 2, to: 3, sequences: 1 },
          { from: 4, to: 7, sequences: 2 },
          { from: 8, to: 15, sequences: 1 },
        ],
      },
      odd: { letters: { J: 1, "*": 1, "-": 1, X: 1 }, sequences: 2 },
      lowerCase: 1,
    });
    expect(statistics.composition).toMatchObject({ M: 2, K: 3, A: 3, C: 2, W: 0, T: 1 });
    const counted = [statistics.composition, statistics.odd.letters].flatMap((counts) =>
      Object.values(counts),
    );
    expect(counted.reduce((sum, count) => sum + count, 0)).toBe(22);
  });

  test("the table of the bundled sample agrees with its JSON", async () => {
    const output = join(await newFolder(), "out");
    await describeFiles([SAMPLE], { output });
    const { sequences, residues, composition } = JSON.parse(
      await readFile(join(output, "stats.json"), "utf8"),
    );
    expect([sequences, residues]).toEqual([195, 65_637]);
    const table = await readFile(join(output, "stats.txt"), "utf8");
    expect(table).toMatch(/^sequences +195$/m);
    expect(table).toMatch(/^residues +65,637$/m);
    expect(table).toMatch(new RegExp(`^L +${composition.L.toLocaleString("en")} `, "m"));
  });
});

describe("baseline", () => {
  const TRAIN = join(import.meta.dirname, "../../data/sample-train.fasta.gz");

  test("scores each input by each order; from a pack as from the file that it was made from", async () => {
    const folder = await newFolder();
    const packed = join(folder, "packed");
    await packFiles([TRAIN], { output: packed, ...PACKING, shardResidues: 1_000_000 });
    const [fromFile, fromPack] = await Promise.all(
      [TRAIN, packed].map(async (fit, i) => {
        const output = join(folder, `out-${i}`);
        const options = { output, fit: [fit], order: 3, policy: "strict" } as const;
        await scoreBaselines([SAMPLE, TRAIN], options);
        return JSON.parse(await readFile(join(output, "baseline.json"), "utf8"));
      }),
    );
    expect(fromPack).toEqual({ ...fromFile, fittedOn: ["packed"] });
    const [valid, train] = fromFile.scored;
    expect([valid.name, train.name]).toEqual(["sample-valid.fasta.gz", "sample-train.fasta.gz"]);
    expect(valid.byOrder[0].weightSum).toBe(65_634); // zcat FILE | grep -v "^>" | tr -cd ACDEFGHIKLMNPQRSTVWY | wc -c
    // the empirical baseline of `performer evaluate`, which adds one to each count instead
    expect(valid.byOrder[0].perplexity).toBeCloseTo(18.056, 3);
    const perplexities = train.byOrder.map(({ perplexity }: { perplexity: number }) => perplexity);
    expect(perplexities).toEqual(perplexities.toSorted((a: number, b: number) => b - a));
    const table = await readFile(join(folder, "out-0", "baseline.txt"), "utf8");
    expect(table).toContain(`3-gram${valid.byOrder[2].perplexity.toFixed(3).padStart(16)}`);
  });
});

test("gzip of many members is read by every verb as the whole file", async () => {
  const path = join(await newFolder(), "members.fasta.gz");
  await writeFile(path, Buffer.concat([gzipSync(">a\nMK\n"), gzipSync(">b\nML\n")]));
  const output = join(await newFolder(), "out");
  expect((await VERBS.stats(path, output)).manifest.counts).toEqual({ sequences: 2, residues: 4 });
});
