import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AttentionResponse } from "@performer/schema";
import { JSDOM } from "jsdom";
import { beforeAll, describe, expect, it } from "vitest";
import { performer } from "./support/performer.ts";
import { saveTinyModel } from "./support/tiny-model.ts";

const SEQUENCE = "MKTAYIAKQRQISFVK";
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "attention-"));
  await saveTinyModel(join(folder, "tiny"), { numLayers: 2 });
  await saveTinyModel(join(folder, "hashing"), { attention: { mechanism: "lsh", bucketSize: 8 } });
  await writeFile(
    join(folder, "two.fasta"),
    `>sp|Q1|ONE_TEST first\n${SEQUENCE}\n>sp|Q2|TWO_TEST second\nGGHH\n>sp|Q3|BAD_TEST bad\nM1K\n`,
  );
});

const attention = (...args: string[]) =>
  performer(["attention", "--backend", "cpu", "--checkpoint", "tiny", ...args], { cwd: folder });

describe("performer attention", () => {
  it("reads each head of BPT1_BOVIN, draws the maps, and writes them as the API gives them", async () => {
    const { exitCode, stdout, stderr } = await attention(
      "--svg",
      "maps.svg",
      "--json",
      "maps.json",
    );
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toMatch(/^P00974, 100 residues: tiny, step 1\n +head 1 +head 2\nlayer 1 /);
    expect(stdout).toMatch(/\d+ local, \d+ striped, \d+ flat, \d+ mixed\n$/);

    const answer = AttentionResponse.parse(
      JSON.parse(await readFile(join(folder, "maps.json"), "utf8")),
    );
    expect(answer).toMatchObject({ model: "tiny", accession: "P00974", numLayers: 2, numHeads: 2 });
    expect(answer.maps.flat().map((map) => map.length)).toEqual(Array(4).fill(100 * 100));

    const svg = await readFile(join(folder, "maps.svg"), "utf8");
    const { document } = new JSDOM(svg, { contentType: "image/svg+xml" }).window;
    const images = [...document.querySelectorAll("image")];
    expect(images).toHaveLength(4);
    for (const image of images)
      expect(image.getAttribute("href")).toMatch(/^data:image\/png;base64,/);
    const texts = [...document.querySelectorAll("text")].map((text) => text.textContent);
    expect(texts).toContain("Attention of P00974, 100 residues: tiny, step 1");
  });

  it.each([
    ["the first record of a file", ["two.fasta"], "Q1, 16 residues"],
    ["a record by accession", ["two.fasta", "--accession", "Q2"], "Q2, 4 residues"],
    ["a record by entry name", ["two.fasta", "--accession", "TWO_TEST"], "Q2, 4 residues"],
    ["a bundled protein", ["--accession", "P01308"], "P01308, 110 residues"],
    ["a sequence", ["--sequence", SEQUENCE], "sequence, 16 residues"],
  ])("takes %s", async (_what, args, expected) => {
    expect((await attention(...args)).stdout).toContain(expected);
  });

  it.each([
    [
      "an accession that is not there",
      ["--accession", "Q9"],
      "expected a record Q9 in anchors.fasta",
    ],
    ["a letter in a file", ["two.fasta", "--accession", "Q3"], 'two.fasta:5: "1" at position 2'],
    ["a letter of a sequence", ["--sequence", "M1K"], '--sequence: "1" at position 2'],
    ["an empty sequence", ["--sequence", "-"], "expected at least one residue"],
    [
      "a protein that is too long",
      ["--accession", "Q8WZ42"],
      "Q8WZ42 has 34350 residues, the model takes 510",
    ],
    ["a mechanism without maps", ["--checkpoint", "hashing"], 'got "lsh"'],
  ])("refuses %s", async (_what, args, message) => {
    const { exitCode, stderr } = await attention(...args);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(message);
  });
});
