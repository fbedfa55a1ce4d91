import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pearson } from "@performer/interpret";
import { BLOSUM62, STANDARD_RESIDUES } from "@performer/proteins";
import { SimilarityResponse } from "@performer/schema";
import { JSDOM } from "jsdom";
import { beforeAll, describe, expect, it } from "vitest";
import { performer } from "./support/performer.ts";
import { saveTinyModel } from "./support/tiny-model.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "similarity-"));
  await saveTinyModel(join(folder, "tiny"), { numLayers: 2 });
  await writeFile(join(folder, "long.fasta"), `>a\n${"A".repeat(600)}\n`);
});

const similarity = (...args: string[]) =>
  performer(["similarity", "--backend", "cpu", "--checkpoint", "tiny", ...args], { cwd: folder });

describe("performer similarity", () => {
  it("writes matrix and figures that agree, draws both matrices, and prints the figures", async () => {
    const { exitCode, stdout, stderr } = await similarity(
      ...["--sequences", "12", "--json", "s.json", "--tsv", "s.tsv", "--svg", "s.svg"],
    );
    expect(exitCode, stderr).toBe(0);
    const answer = SimilarityResponse.parse(
      JSON.parse(await readFile(join(folder, "s.json"), "utf8")),
    );
    expect(answer).toMatchObject({ model: "tiny", edges: "flat", sequences: 12, headsTotal: 4 });

    const [head = "", ...rows] = (await readFile(join(folder, "s.tsv"), "utf8"))
      .replace(/\n$/, "")
      .split("\n");
    expect(head).toBe(["", ...STANDARD_RESIDUES].join("\t"));
    const table = rows.map((row) => row.split("\t").slice(1));
    const [learned, counted]: [number[], number[]] = [[], []];
    for (let a = 0; a < 20; a++) {
      expect(table[a]?.[a]).toBe("");
      for (let b = a + 1; b < 20; b++) {
        learned.push(Number(table[a]?.[b]));
        counted.push(BLOSUM62[a]?.[b] as number);
      }
    }
    expect(answer.pearson).toBeCloseTo(pearson(learned, counted) ?? Number.NaN, 12);
    expect(stdout).toContain(`Pearson r with BLOSUM62   ${answer.pearson?.toFixed(3)}`);
    expect(stdout).toMatch(/\(D, E\) +-?\d\.\d{3}, rank \d+ of 190\n/);
    const [first] = /most similar pairs +(\w\w)/.exec(stdout)?.slice(1) ?? [];
    const [a, b] = [...(first ?? "")].map((letter) => STANDARD_RESIDUES.indexOf(letter));
    expect(answer.similarity[a ?? -1]?.[b ?? -1]).toBe(Math.max(...learned));

    const svg = await readFile(join(folder, "s.svg"), "utf8");
    const { document } = new JSDOM(svg, { contentType: "image/svg+xml" }).window;
    const cells = [...document.querySelectorAll(".cells")].map((group) => group.children.length);
    expect(cells).toEqual([400, 400]);
  });

  it("takes the thresholds of Vig et al.; with none over them, what is undefined says so", async () => {
    const { stdout } = await similarity("--sequences", "3", "--edges", "v2");
    expect(stdout).toContain("3 sequences, edges v2");
    expect(stdout).toMatch(/heads kept +0 of 4\nPearson r with BLOSUM62 +undefined\n/);
    expect(stdout).toMatch(/\(F, Y\) +undefined\n/);
  });

  it("says where no sequence fits, and what to do", async () => {
    const { exitCode, stderr } = await similarity("long.fasta");
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/32 to 256 residues, got none in long\.fasta; raise --longest/);
  });
});
