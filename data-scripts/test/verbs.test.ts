/** The laws that every verb keeps: it works once, leaves all or nothing, and says what is wrong with its input. */
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { scoreBaselines } from "../src/verbs/baseline.ts";
import { filterFiles } from "../src/verbs/filter.ts";
import { packFiles } from "../src/verbs/pack.ts";
import { splitFiles } from "../src/verbs/split.ts";
import { describeFiles } from "../src/verbs/stats.ts";
import { contentsOf, manifestOf, newFolder } from "./support/folders.ts";
import { fileOf, KEEP_ALL, PACKING, SAMPLE, SHARES } from "./support/sequences.ts";

/** Each verb on any input. */
const VERBS = {
  filter: (input: string, output: string) => filterFiles([input], { output, ...KEEP_ALL }),
  split: (input: string, output: string) => splitFiles([input], { output, ...SHARES }),
  pack: (input: string, output: string) => packFiles([input], { output, ...PACKING }),
  stats: (input: string, output: string) => describeFiles([input], { output }),
  baseline: (input: string, output: string) =>
    scoreBaselines([input], { output, fit: [input], order: 2, policy: "strict" }),
};
const verbs = Object.entries(VERBS);

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

test("gzip of many members is read by every verb as the whole file", async () => {
  const path = join(await newFolder(), "members.fasta.gz");
  await writeFile(path, Buffer.concat([gzipSync(">a\nMK\n"), gzipSync(">b\nML\n")]));
  const output = join(await newFolder(), "out");
  expect((await VERBS.stats(path, output)).manifest.counts).toEqual({ sequences: 2, residues: 4 });
});
