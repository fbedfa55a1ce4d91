import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { flattenTree } from "@performer/performer";
import { loadCheckpoint } from "@performer/training";
import { beforeAll, describe, expect, it } from "vitest";
import { performer } from "./support/performer.ts";
import { saveTinyModel } from "./support/tiny-model.ts";

let folder: string;
let source: string;
const at = (name: string) => join(folder, name);
const transfer = (...args: string[]) =>
  performer(["transfer", ...args, "--backend", "cpu", "--sequences", "2"]);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "transfer-"));
  source = await saveTinyModel(at("transformer"), {
    attention: { mechanism: "exact" },
  });
});

const values = async (checkpoint: string) => {
  const { model } = await loadCheckpoint(checkpoint);
  return Object.entries(flattenTree(model.parameters)).map(([name, x]) => [name, x.dataSync()]);
};

describe("performer transfer", () => {
  it("writes a checkpoint with the very weights, the asked attention and where they come from", async () => {
    const { exitCode, stdout, stderr } = await transfer(
      ...[source, "--output", at("performer"), "--features", "32", "--seed", "4", "--json"],
    );
    expect(exitCode, stderr).toBe(0);
    const report = JSON.parse(stdout);
    expect(report.checkpoint).toBe(at("performer/checkpoints/step-00000001"));
    expect(await values(report.checkpoint)).toEqual(await values(source));
    const { manifest, model } = await loadCheckpoint(report.checkpoint);
    expect(model.config.attention).toMatchObject({
      mechanism: "favor",
      featureMap: { kind: "softmax-positive" },
      numFeatures: 32,
    });
    expect(manifest).toMatchObject({
      name: "performer",
      step: 1,
      origin: { name: "tiny", step: 1, change: "attention: exact to softmax-positive" },
    });
    expect(report.sequences).toBe(2);
    expect(report.layers).toHaveLength(1);
    expect(report.layers[0].heads).toHaveLength(2);
    expect(report.layers[0].own).toBeGreaterThan(0);
  });

  it("takes a run's folder, and prints the error of each layer and the new checkpoint", async () => {
    const { exitCode, stdout } = await transfer(
      ...[at("transformer"), "--output", at("relu"), "--attention", "relu"],
    );
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /layer +own +best head +worst head +accumulated\n +0( +\d+\.\d\d %){4}\n/,
    );
    expect(stdout.trimEnd().endsWith(at("relu/checkpoints/step-00000001"))).toBe(true);
  });

  it("overwrites nothing", async () => {
    await transfer(source, "--output", at("once"), "--seed", "1");
    const file = at("once/checkpoints/step-00000001/weights.safetensors");
    const before = await readFile(file);
    const { exitCode, stderr } = await transfer(source, "--output", at("once"), "--seed", "2");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("expected no checkpoint of step 1");
    expect(await readFile(file)).toEqual(before);
    expect(await readdir(at("once/checkpoints"))).toEqual(["step-00000001"]);
  });

  it("refuses a source without exact attention, and a folder that is none, with the remedy", async () => {
    const linear = await saveTinyModel(at("linear"));
    const wrong = await transfer(linear, "--output", at("never"));
    expect(wrong.exitCode).toBe(1);
    expect(wrong.stderr).toContain('expected a model with exact attention, got "favor"');
    expect(wrong.stderr).toContain('{ "mechanism": "exact" }');
    const nowhere = await transfer(at("nowhere"), "--output", at("never"));
    expect(nowhere.exitCode).toBe(1);
    expect(nowhere.stderr).toContain("there is no such folder");
    expect(await readdir(folder)).not.toContain("never");
  });

  it("an unknown kernel is wrong usage that lists the kernels", async () => {
    const { exitCode, stderr } = await transfer(
      ...[source, "--output", at("never"), "--attention", "gauss"],
    );
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/Allowed choices are .*relu.*softmax-positive/);
  });
});
