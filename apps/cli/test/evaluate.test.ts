import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EvaluationReport, TrainingConfig } from "@performer/schema";
import { beforeAll, describe, expect, it } from "vitest";
import { performer } from "./support/performer.ts";
import { saveTinyModel } from "./support/tiny-model.ts";

let folder: string;
let model: readonly string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "evaluate-"));
  const sequences = Array.from(
    { length: 6 },
    (_, i) => `>UniRef50_S${i} made up\n${"ACDEFGHIKLMNPQRSTVWY".repeat(2)}\n`,
  );
  await writeFile(join(folder, "uniform.fasta"), sequences.join(""));
  await writeFile(join(folder, "alanine.fasta"), ">UniRef50_S1 made up\nAAAAAAAAAAAAAAAAAAAA\n");
  await writeFile(join(folder, "near.tsv"), "accession\tidentity\nS0\t0.7\nS1\t0.2\nS2\t0.1\n");
  await saveTinyModel(join(folder, "tiny"));
  model = ["--checkpoint", "tiny", "--baseline", "uniform.fasta"];
});

const evaluate = (...args: string[]) => performer(["evaluate", ...args, ...model], { cwd: folder });
const reportOf = ({ stdout, stderr }: { stdout: string; stderr: string }) =>
  EvaluationReport.parse(JSON.parse(stdout || stderr));

describe("performer evaluate", () => {
  it("gives perplexity and accuracy of the model beside the baselines, on every backend the same", async () => {
    const eager = reportOf(await evaluate("uniform.fasta", "--json", "--backend", "cpu"));
    const compiled = reportOf(await evaluate("uniform.fasta", "--json"));
    expect(eager.sets.map(({ name }) => name)).toEqual(["uniform.fasta"]);
    const [[whole], [again]] = [eager, compiled].map(({ sets }) => sets[0]?.parts ?? []) as [
      EvaluationReport["sets"][number]["parts"],
      EvaluationReport["sets"][number]["parts"],
    ];
    const [draw] = whole?.model.draws ?? [];
    expect(whole?.model.perplexity.mean).toBeCloseTo(
      Math.exp((draw?.lossSum ?? 0) / (draw?.weightSum ?? 0)),
      6,
    );
    // of 20 equally frequent residues the unigram baseline cannot do better than chance
    expect(whole?.baselines[0]?.perplexity).toBeCloseTo(20, 6);
    expect(whole?.baselines[0]?.accuracy).toBeCloseTo(1 / 20, 6);
    // and in the fixed order of this file the one before tells the next
    expect(whole?.baselines[1]?.perplexity).toBeLessThan(1.5);
    expect(again?.model.draws[0]?.weightSum).toBe(draw?.weightSum);
    expect((again?.model.draws[0]?.lossSum ?? 0) / (draw?.lossSum ?? 0)).toBeCloseTo(1, 5);
  });

  it("--report writes the report of every file, draw and part, and the table is printed", async () => {
    const outcome = await evaluate(
      ...["uniform.fasta", "alanine.fasta", "--report", "figures.json", "--order", "2"],
      ...["--subset", "near.tsv", "--where", "identity < 0.5", "--draws", "2", "--seed", "7"],
    );
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    expect(outcome.stderr).toContain("alanine.fasta: draw 2 of 2");
    const report = EvaluationReport.parse(
      JSON.parse(await readFile(join(folder, "figures.json"), "utf8")),
    );
    expect(report).toMatchObject({
      model: { name: "tiny", step: 1, direction: "bidirectional" },
      scoring: { task: "masked", seeds: [7, 8], maxBatches: null },
      baselines: { order: 2, fittedOn: [{ name: "uniform.fasta" }] },
      subset: { name: "near.tsv" },
    });
    const shape = report.sets.map(({ name, parts }) => [
      name,
      ...parts.map((part) => [part.name, part.sequences, part.model.draws.length]),
    ]);
    expect(shape).toEqual([
      ["uniform.fasta", ["all", 6, 2], ["identity < 0.5", 2, 2]],
      ["alanine.fasta", ["all", 1, 2], ["identity < 0.5", 1, 2]],
    ]);
    expect(outcome.stdout).toMatch(/tiny, step 1\nHidden residues \(15 %\), 2 draws/);
    expect(outcome.stdout).toContain('uniform.fasta, part "identity < 0.5": 2 sequences');
    expect(outcome.stdout).toMatch(/model +\d+\.\d{3} ± \d\.\d{3} +\d+\.\d\d ± \d+\.\d\d % +\d+\n/);
    expect(outcome.stdout).toMatch(/2-gram +\d/);

    // and the report goes into the card of the model that it was measured on
    const args = ["export", "tiny", "--backend", "cpu", "--output", "shipped"];
    const card = await performer([...args, "--report", "figures.json"], { cwd: folder });
    expect(card.exitCode, card.stderr).toBe(0);
    expect(await readFile(join(folder, "shipped", "MODEL_CARD.md"), "utf8")).toContain(
      "**alanine.fasta**",
    );
  });

  it("hides as much as it is told, and 15 % of a model that was trained with more", async () => {
    const training = TrainingConfig.parse({ steps: 1, masking: { fraction: 0.4 } });
    await saveTinyModel(join(folder, "other"), {}, { details: { training } });
    const scored = async (...args: string[]) => {
      const { scoring, sets } = reportOf(
        await performer(["evaluate", "uniform.fasta", "--json", "--checkpoint", ...args], {
          cwd: folder,
        }),
      );
      return [scoring.fraction, sets[0]?.parts[0]?.model.draws[0]?.weightSum];
    };
    // 6 sequences of 40 residues, each rounded by itself
    expect(await scored("other")).toEqual([0.15, 6 * 6]);
    expect(await scored("other", "--hidden", "0.5")).toEqual([0.5, 6 * 20]);
    const refused = await evaluate("uniform.fasta", "--hidden", "0");
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stderr).toContain("Expected a number above 0, at most 1.");
  });

  it.each([
    ["a condition without a table", ["--where", "identity < 1"], "name it with --subset FILE"],
    ["a part of a part", ["--subset", "near.tsv", "--batches", "1"], "--subset or --batches"],
    ["a table that is not there", ["--subset", "no.tsv"], "no.tsv cannot be read (ENOENT)"],
    [
      "a table of other sequences",
      ["--subset", "near.tsv", "--where", "identity > 0.9"],
      "got none",
    ],
    ["a column that is not there", ["--subset", "near.tsv", "--where", "length < 3"], '"length"'],
  ])("refuses %s", async (_what, args, message) => {
    const { exitCode, stderr } = await evaluate("uniform.fasta", ...args);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(message);
  });
});
