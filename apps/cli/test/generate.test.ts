import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { STANDARD_RESIDUES } from "@performer/proteins";
import { beforeAll, describe, expect, it } from "vitest";
import { performer } from "./support/performer.ts";
import { saveTinyModel } from "./support/tiny-model.ts";

const MAX_LENGTH = 40;
let folder: string;
let causal: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "generate-"));
  causal = await saveTinyModel(join(folder, "causal"), {
    direction: "causal",
    maxLength: MAX_LENGTH,
  });
});

const generate = (...args: string[]) =>
  performer(["generate", "--backend", "cpu", "--checkpoint", causal, ...args]);

/** [header, sequence] of each record. */
function parse(text: string): [string, string][] {
  return text
    .split(/^>/m)
    .slice(1)
    .map((record) => {
      const [header = "", ...lines] = record.split("\n");
      return [header, lines.join("")];
    });
}

describe("performer generate", () => {
  it("draws sequences of standard residues as FASTA, numbered, each saying how it ended", async () => {
    const { exitCode, stdout, stderr } = await generate("--count", "12", "--seed", "5");
    expect(exitCode).toBe(0);
    expect(stderr).not.toContain("residues/s"); // no terminal
    const records = parse(stdout);
    expect(records).toHaveLength(12);
    const ends = records.map(([header, sequence], index) => {
      expect(header).toMatch(
        new RegExp(
          `^generated_${index + 1} tiny step=1 seed=5 temperature=1 length=${sequence.length} ended=`,
        ),
      );
      expect(sequence).toMatch(new RegExp(`^[${STANDARD_RESIDUES}]+$`));
      const end = /ended=(.*)$/.exec(header)?.[1];
      if (end === "max-length") expect(sequence).toHaveLength(MAX_LENGTH);
      return end;
    });
    // with random weights about one token in 21 is the end
    expect(new Set(ends)).toEqual(new Set(["model", "max-length"]));
  });

  it("starts with the prompt, whose case and anomalous residues it takes as the readers do", async () => {
    const { stdout } = await generate("--prompt", "mkXU", "--count", "3", "--max-length", "9");
    for (const [, sequence] of parse(stdout)) {
      expect(sequence).toMatch(new RegExp(`^MKXU[${STANDARD_RESIDUES}]{0,5}$`));
    }
  });

  it("draws the same for the same seed, however many are drawn, and something else for another", async () => {
    const sequences = async (...args: string[]) =>
      parse((await generate(...args)).stdout).map(([, sequence]) => sequence);
    const three = await sequences("--count", "3", "--seed", "1");
    expect((await sequences("--count", "20", "--seed", "1")).slice(0, 3)).toEqual(three);
    expect(await sequences("--count", "3", "--seed", "2")).not.toEqual(three);
  });

  it("takes the likeliest at temperature 0, as with --top-k 1, whatever the seed", async () => {
    const greedy = await generate("--temperature", "0", "--count", "2");
    const best = await generate("--top-k", "1", "--seed", "9");
    // the same on whatever backend is the best here
    const args = ["--checkpoint", causal, "--top-p", "0.0001", "--seed", "8"];
    const narrow = await performer(["generate", ...args]);
    const records = [greedy, best, narrow].flatMap(({ stdout }) => parse(stdout));
    expect(records).toHaveLength(4);
    expect(new Set(records.map(([, sequence]) => sequence)).size).toBe(1);
  });

  it("writes -o FILE when it is whole", async () => {
    const output = join(folder, "drawn.fasta");
    const { stdout } = await generate("--count", "2", "-o", output);
    expect(stdout).toBe("");
    expect(parse(await readFile(output, "utf8"))).toHaveLength(2);
    expect((await readdir(folder)).filter((name) => name.includes("partial"))).toEqual([]);
  });

  it("refuses a bidirectional model and says what to do", async () => {
    const bidirectional = await saveTinyModel(join(folder, "bidirectional"));
    const { exitCode, stdout, stderr } = await performer([
      ...["generate", "--backend", "cpu", "--checkpoint", bidirectional],
    ]);
    expect([exitCode, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("tiny (step 1) is a bidirectional model");
    expect(stderr).toContain("performer train configs/demo-causal.json");
  });

  it("refuses a wrong prompt in one line, before it loads a model", async () => {
    const { exitCode, stderr } = await generate("--prompt", "MK1", "--checkpoint", "nowhere");
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: --prompt: "1" at position 3 is no residue; .*\n$/);
  });
});
