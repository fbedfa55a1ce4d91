import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { performer } from "./support/performer.ts";
import { CLONE, EMBEDDING_SIZE, MAX_LENGTH, saveTinyModel } from "./support/tiny-model.ts";

const ANCHORS = join(CLONE, "data", "anchors.fasta");
let folder: string;
let model: readonly string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "embed-"));
  model = ["--backend", "cpu", "--checkpoint", await saveTinyModel(join(folder, "tiny"))];
});

interface Line {
  accession: string;
  length: number;
  mean: number[];
  residues?: number[][];
}
const parseLines = (text: string): Line[] =>
  text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));

function largestDifference(a: readonly number[], b: readonly number[]): number {
  expect(a).toHaveLength(b.length);
  return Math.max(...a.map((value, i) => Math.abs(value - (b[i] as number))));
}

describe("performer embed", () => {
  it("gives every anchor that fits, in order, with length vectors of E numbers", async () => {
    const args = ["embed", ANCHORS, "--skip-long", "--per-residue", ...model];
    const { exitCode, stdout, stderr } = await performer(args);
    expect(exitCode).toBe(0);
    expect(stderr).toContain("the sequence has 34350 residues, the model takes 510");
    const lines = parseLines(stdout);
    expect(lines.map(({ accession, length }) => [accession, length])).toEqual([
      ["P00974", 100],
      ["P01308", 110],
      ["P69905", 142],
      ["P0CG47", 229],
      ["P42212", 238],
      ["P00698", 147],
    ]);
    for (const { length, mean, residues = [] } of lines) {
      expect(residues.map((vector) => vector.length)).toEqual(Array(length).fill(EMBEDDING_SIZE));
      const sums = mean.map((_, e) => residues.reduce((sum, row) => sum + (row[e] as number), 0));
      const means = sums.map((sum) => sum / length);
      expect(largestDifference(mean, means)).toBeLessThan(1e-5);
    }
  });

  it("gives a sequence the same embedding alone, from standard input, as among others", async () => {
    const sequence = "MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQ";
    const others = `>long\n${"ACDEFGHIKL".repeat(30)}\n>short\nMK\n`;
    const together = await performer(["embed", "-", ...model], {
      input: `${others}>it\n${sequence}\n`,
    });
    const alone = await performer(["embed", "-", ...model], { input: `>it\n${sequence}\n` });
    const [a, b] = [together, alone].map(({ stdout }) =>
      parseLines(stdout).find(({ accession }) => accession === "it"),
    );
    expect(largestDifference(a?.mean ?? [], b?.mean ?? [])).toBeLessThan(1e-5);
  });

  it("reads files relative to the working directory and takes a run's folder as checkpoint", async () => {
    await writeFile(join(folder, "here.fasta"), ">a\nMKT\n");
    const args = ["embed", "here.fasta", "--backend", "cpu", "--checkpoint", "tiny"];
    const { exitCode, stdout } = await performer(args, { cwd: folder });
    expect(exitCode).toBe(0);
    expect(parseLines(stdout)).toMatchObject([{ accession: "a", length: 3 }]);
  });

  it("gives the same vectors on the best backend, compiled or --eager", async () => {
    const best = ["--checkpoint", join(folder, "tiny")];
    const input = `>a\nMKTAYIAKQR\n>b\n${"ACDEFGHIKL".repeat(30)}\n>c\nGG\n`;
    const outputs = await Promise.all(
      [model, best, [...best, "--eager"]].map((args) =>
        performer(["embed", "-", "--per-residue", ...args], { input }),
      ),
    );
    const [reference = [], ...others] = outputs.map(({ stdout }) => parseLines(stdout));
    expect(reference).toHaveLength(3);
    for (const lines of others) {
      for (const [i, { residues = [] }] of reference.entries()) {
        expect(largestDifference(lines[i]?.residues?.flat() ?? [], residues.flat())).toBeLessThan(
          1e-5,
        );
      }
    }
  });

  it("writes --output when it is whole, and never half of it", async () => {
    const good = join(folder, "good.jsonl");
    await performer(["embed", "-", "--output", good, ...model], { input: ">a\nMKT\n>b\nMK\n" });
    expect(parseLines(await readFile(good, "utf8"))).toHaveLength(2);
    const bad = join(folder, "bad.jsonl");
    const { exitCode } = await performer(["embed", "-", "--output", bad, ...model], {
      input: ">a\nMKT\n>b\nM1K\n",
    });
    expect(exitCode).toBe(1);
    expect((await readdir(folder)).filter((name) => name.startsWith("bad"))).toEqual([]);
  });

  it.each([
    ["no header", "MKT\n", "standard input:1: expected a header"],
    ["a letter that is no residue", ">a\nMKT\n>b\nM1K\n", 'standard input:3: "1" at position 2'],
    ["a sequence that is too long", `>a\n${"A".repeat(MAX_LENGTH)}\n`, "the model takes 510"],
  ])("names file and line of %s", async (_what, input, message) => {
    const { exitCode, stderr } = await performer(["embed", "-", ...model], { input });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^error: .*\n$/m);
    expect(stderr).not.toMatch(/\n {4}at /);
  });

  it("names a file and a checkpoint that are not there", async () => {
    const noFile = await performer(["embed", "missing.fasta", ...model]);
    expect(noFile).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("missing.fasta") });
    const noModel = await performer(["embed", ANCHORS, "--checkpoint", "nowhere"]);
    expect(noModel).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("nowhere") });
  });
});
