import { cp, mkdir, mkdtemp, readdir, readFile, realpath, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CheckpointOrigin, TrainingConfig } from "@performer/schema";
import { tensorflowLibraries } from "@performer/tensorflow";
import { beforeAll, describe, expect, it } from "vitest";
import { describeTrainingData } from "../src/describe-training-data.ts";
import { findModel } from "../src/find-model.ts";
import { loadModel } from "../src/load-model.ts";
import { performer } from "./support/performer.ts";
import { CLONE, saveTinyModel } from "./support/tiny-model.ts";

let folder: string;
let exported: string;

const run = (...args: string[]) =>
  performer(["export", "--backend", "cpu", ...args], { cwd: folder });

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "export-")));
  await saveTinyModel(join(folder, "tiny"));
  exported = join(folder, "models", "tiny");
  const { exitCode, stdout, stderr } = await run("tiny", "--output", "models/tiny");
  expect(exitCode, stderr).toBe(0);
  expect(stdout).toBe(`${exported}\n`);
  expect(stderr).toMatch(/\d+\.\d MB; rounding moves logits by 0\.\d+ %\n$/);
});

describe("performer export", () => {
  it("makes a folder that every command takes", async () => {
    expect((await readdir(exported)).sort()).toEqual([
      "MODEL_CARD.md",
      "manifest.json",
      "weights.safetensors",
    ]);
    const args = ["embed", "-", "--backend", "cpu", "--checkpoint", "models/tiny"];
    const { exitCode, stdout } = await performer(args, { cwd: folder, input: ">a\nMKT\n" });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ accession: "a", length: 3 });
  });

  it("adds a description and a licence to a model that was exported before", async () => {
    const words = ["--data-description", "Random weights.", "--licence", "None at all."];
    const { exitCode, stderr } = await run("models/tiny", "--output", "described", ...words);
    expect(exitCode, stderr).toBe(0);
    const card = await readFile(join(folder, "described", "MODEL_CARD.md"), "utf8");
    expect(card).toContain("# described");
    expect(card).toContain("Random weights.");
    expect(card).toContain("## Licence\n\nNone at all.");
  });

  it.each([
    ["a folder that is there", ["tiny", "--output", "models/tiny"], "which is there; name another"],
    ["a folder that is not", ["nowhere", "--output", "x"], "there is no such folder"],
    ["a foreign folder", [".", "--output", "x"], "expected a checkpoint folder with manifest.json"],
    [
      "training files of another run",
      ["tiny", "--output", "x", "--data", "a.fasta"],
      "leave --data out",
    ],
    ["a report that is none", ["tiny", "--output", "x", "--report", "a.fasta"], "is not JSON"],
    [
      "a report that is not there",
      ["tiny", "--output", "x", "--report", "no.json"],
      "performer evaluate --report",
    ],
  ])("refuses %s, and writes nothing", async (_what, args, message) => {
    await writeFile(join(folder, "a.fasta"), ">a\nMKT\n");
    const before = await readdir(folder);
    const { exitCode, stderr } = await run(...args);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(message);
    expect(await readdir(folder)).toEqual(before);
  });
});

describe("performer export --format", () => {
  it.skipIf(tensorflowLibraries(CLONE) === null).each([
    ["saved-model", ["saved_model.pb", "assets.extra"]],
    ["tfjs", ["model.json", "weights-1-of-1.bin"]],
  ])("%s makes a folder that other software loads", async (format, files) => {
    const args = ["tiny", "--format", format, "--output", `other/${format}`, "--length", "32"];
    const { exitCode, stdout, stderr } = await run(...args);
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toBe(`${join(folder, "other", format)}\n`);
    expect((await readdir(join(folder, "other", format))).sort()).toEqual([...files].sort());
  });

  it("safetensors makes one file", async () => {
    const { exitCode, stderr } = await run("tiny", "--format", "safetensors", "--output", "w.st");
    expect(exitCode, stderr).toBe(0);
    expect((await readFile(join(folder, "w.st"))).subarray(8, 9).toString()).toBe("{");
  });

  it.each([
    ["a card", ["--output", "x", "--licence", "none"], "expected no --licence with --format tfjs"],
    ["no output", [], "expected --output with --format tfjs"],
  ])("refuses %s", async (_what, args, message) => {
    const { exitCode, stderr } = await run("tiny", "--format", "tfjs", ...args);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(message);
  });
});

describe("describeTrainingData", () => {
  const training = TrainingConfig.parse({ steps: 9, data: { sequenceLength: 8, batchSize: 1 } });
  const save = (name: string, step: number, origin?: CheckpointOrigin) =>
    saveTinyModel(
      join(folder, name),
      {},
      {
        name,
        step,
        details: {
          training,
          // a batch is one of the two sequences: four tokens, or six
          resume: { data: { epoch: 0, rowsTaken: 2, batches: 2 * step }, lastRedraw: 0 },
          data: { files: ["trained.fasta"], sequences: 2, residues: 6 },
          ...(origin && { origin }),
        },
      },
    );

  it("counts the tokens of a run and of those that it began from, each by its own batches", async () => {
    const file = join(folder, "trained.fasta");
    await writeFile(file, ">a\nMK\n>b\nGGHH\n");
    const first = await save("first", 1);
    const second = await save("second", 3, { name: "first", step: 1, change: "further training" });
    const describe = (checkpoint: string, before: string[]) =>
      describeTrainingData({ checkpoint, files: [file], before });
    expect((await describe(first, []))?.tokensSeen).toBe(4 + 6);
    const data = await describe(second, [first]);
    expect(data?.tokensSeen).toBe(4 * (4 + 6));
    expect(data?.dataFiles).toMatchObject([{ name: "trained.fasta", sizeBytes: 14 }]);
    await expect(describe(second, [])).rejects.toThrow("(first at step 1)");
    await expect(describe(second, [second])).rejects.toThrow(
      "expected first at step 1 with --before",
    );
    await expect(describe(first, [second])).rejects.toThrow("expected no further checkpoint");
  });
});

describe("the default model of a clone", () => {
  const causal = { fits: ({ direction }: { direction: string }) => direction === "causal" };
  const need = { ...causal, what: "causal model", remedy: "train one" };

  it("is the one under models/ that fits, then the newest checkpoint under runs/", async () => {
    const clone = await mkdtemp(join(tmpdir(), "clone-"));
    await expect(findModel(clone, undefined)).rejects.toThrow(
      "there is no model under models/ or runs/ yet; train one with performer demo",
    );
    const checkpoint = await saveTinyModel(join(clone, "runs", "mine"));
    expect(await findModel(clone, undefined)).toBe(checkpoint);
    await mkdir(join(clone, "models"));
    await writeFile(join(clone, "models", "README.md"), "no model");
    await cp(exported, join(clone, "models", "tiny"), { recursive: true });
    expect(await findModel(clone, undefined)).toBe(join(clone, "models", "tiny"));
    await expect(findModel(clone, undefined, need)).rejects.toThrow("there is no causal model");
    const drawing = await saveTinyModel(join(clone, "runs", "drawing"), { direction: "causal" });
    expect(await findModel(clone, undefined, need)).toBe(drawing);
    expect(await findModel(clone, join(clone, "runs", "mine"))).toBe(checkpoint);
  });

  it("says how it comes back where it is damaged, and takes no other in its place", async () => {
    const clone = await mkdtemp(join(tmpdir(), "clone-"));
    await saveTinyModel(join(clone, "runs", "mine"));
    const model = join(clone, "models", "tiny");
    await cp(exported, model, { recursive: true });
    const weights = join(model, "weights.safetensors");
    const bytes = await readFile(weights);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(weights, bytes);
    await expect(loadModel(clone, { backend: "cpu" })).rejects.toThrow(
      /expected SHA-256 .* comes back with: git checkout -- models\/tiny/,
    );
    await writeFile(join(model, "manifest.json"), "{");
    await expect(findModel(clone, undefined)).rejects.toThrow("expected a valid manifest");
  });
});
