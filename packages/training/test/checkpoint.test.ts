import "@tensorflow/tfjs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  applyModel,
  disposeModel,
  flattenTree,
  initModel,
  type PerformerModel,
} from "@performer/performer";
import { randomKey } from "@performer/random";
import { ModelConfig } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { latestCheckpoint, listCheckpoints } from "../src/checkpoint/checkpoint-folder.ts";
import { loadCheckpoint, loadOptimizerState } from "../src/checkpoint/load-checkpoint.ts";
import { saveCheckpoint } from "../src/checkpoint/save-checkpoint.ts";
import { createOptimizer } from "../src/optimizer/optimizer.ts";
import { createEagerStepper } from "../src/step/eager-stepper.ts";
import { tinyBatch, tinyConfig, tinyModel } from "./fixture.ts";

const config = tinyConfig();
let root: string;
let whole: string;
let model: PerformerModel;

/** A model after one step, so that the optimiser's slots hold something. */
const stepper = createEagerStepper({
  model: tinyModel(config),
  optimizer: createOptimizer(config.training.optimizer),
});

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "checkpoints-"));
  await stepper.step(tinyBatch(config, 0), { step: 1, learningRate: 0.1, dropoutKey: [1, 2] });
  model = await stepper.readModel();
  whole = await save(join(root, "whole"), 1);
});
afterAll(() => rm(root, { recursive: true }));

async function save(directory: string, step: number, keep?: number): Promise<string> {
  return saveCheckpoint({
    directory,
    name: "tiny",
    step,
    model: await stepper.readModel(),
    optimizerState: await stepper.readOptimizerState(),
    ...(keep !== undefined && { keep }),
    details: { training: config.training, resume: { data: { batches: 1 }, lastRedraw: 0 } },
  });
}

const bits = (tensors: Record<string, tf.Tensor>) =>
  Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, [t.shape, t.dataSync()]]));

let copies = 0;
/** The whole checkpoint under another name, for breaking. */
async function copy(): Promise<string> {
  const path = join(root, `copy-${copies++}`);
  await cp(whole, path, { recursive: true });
  return path;
}

async function editManifest(
  path: string,
  edit: (manifest: Record<string, unknown>) => void,
): Promise<void> {
  const file = join(path, "manifest.json");
  const manifest = JSON.parse(await readFile(file, "utf8"));
  edit(manifest);
  await writeFile(file, JSON.stringify(manifest));
}

test("a loaded model has every bit of the saved one, and the same outputs", async () => {
  const loaded = await loadCheckpoint(whole);
  expect(bits(flattenTree(loaded.model.parameters))).toEqual(bits(flattenTree(model.parameters)));
  expect(bits(Object.fromEntries(loaded.model.projections.entries()))).toEqual(
    bits(Object.fromEntries(model.projections.entries())),
  );
  const logits = (which: PerformerModel) =>
    tf.tidy(() =>
      applyModel(which, {
        tokens: tf.tensor2d([[25, 1, 2, 26]], [1, 4], "int32"),
      }).logits.dataSync(),
    );
  expect(logits(loaded.model)).toEqual(logits(model));
  disposeModel(loaded.model);
});

test.each([
  { mechanism: "exact" },
  { mechanism: "identity" },
  { mechanism: "local", window: 3 },
  { mechanism: "sparse", window: 3, numGlobal: 1, numRandom: 2 },
  { mechanism: "lsh", bucketSize: 2 },
  { mechanism: "linformer", rank: 4 },
] as const)("a model of $mechanism comes back with what it drew", async (attention) => {
  const made = initModel(
    ModelConfig.parse({ ...config.model, attention }),
    randomKey(config.training.seed),
  );
  const path = await saveCheckpoint({
    directory: join(root, attention.mechanism),
    name: attention.mechanism,
    step: 1,
    model: made,
  });
  const { model: loaded } = await loadCheckpoint(path);
  const tensors = ({ parameters, projections }: PerformerModel) =>
    bits({ ...flattenTree(parameters), ...Object.fromEntries(projections.entries()) });
  expect(tensors(loaded)).toEqual(tensors(made));
  disposeModel(loaded);
  disposeModel(made);
});

test("the optimiser's slots come back bit by bit, under their kinds", async () => {
  const loaded = await loadOptimizerState(whole);
  const saved = await stepper.readOptimizerState();
  expect(Object.keys(loaded).sort()).toEqual(["first", "second"]);
  for (const kind of ["first", "second"]) {
    expect(bits({ ...loaded[kind] })).toEqual(bits({ ...saved[kind] }));
  }
  tf.dispose(loaded);
});

test("the manifest is readable, names step, config and position, and lists both files", async () => {
  const { manifest, model: loaded } = await loadCheckpoint(whole);
  expect(manifest).toMatchObject({
    format: 1,
    name: "tiny",
    step: 1,
    model: config.model,
    training: config.training,
    resume: { data: { batches: 1 }, lastRedraw: 0 },
  });
  expect(Object.keys(manifest.files).sort()).toEqual([
    "training.safetensors",
    "weights.safetensors",
  ]);
  disposeModel(loaded);
});

test("a checkpoint without optimiser slots loads as a model and refuses to resume", async () => {
  const path = await saveCheckpoint({
    directory: join(root, "weights-only"),
    name: "tiny",
    step: 3,
    model,
  });
  disposeModel((await loadCheckpoint(path)).model);
  await expect(loadOptimizerState(path)).rejects.toMatchObject({ fault: "missing" });
});

test("an existing checkpoint is never overwritten", async () => {
  const before = await readFile(join(whole, "manifest.json"));
  await expect(save(join(root, "whole"), 1)).rejects.toMatchObject({ fault: "exists" });
  expect(await readFile(join(whole, "manifest.json"))).toEqual(before);
  expect(await readdir(join(root, "whole"))).toEqual(["step-00000001"]);
});

test("retention keeps the newest, and clears what killed writers left", async () => {
  const directory = join(root, "kept");
  await save(directory, 100, 2);
  await mkdir(join(directory, ".partial-step-00000150"));
  await mkdir(join(directory, ".removed-step-00000050"));
  for (const step of [200, 300]) await save(directory, step, 2);
  expect((await readdir(directory)).sort()).toEqual(["step-00000200", "step-00000300"]);
});

test("the latest checkpoint is that of the highest step; half-written and foreign folders are not looked at", async () => {
  const directory = join(root, "latest");
  expect(await latestCheckpoint(directory)).toBeUndefined();
  await save(directory, 99_999_999);
  await save(directory, 100_000_000);
  for (const name of [".partial-step-200000000", "step-abc", "notes"])
    await mkdir(join(directory, name));
  expect((await latestCheckpoint(directory))?.name).toBe("step-100000000");
  expect((await listCheckpoints(directory)).map(({ step }) => step)).toEqual([
    99_999_999, 100_000_000,
  ]);
});

for (const file of ["weights.safetensors", "training.safetensors"] as const) {
  const load = (path: string) =>
    file === "weights.safetensors" ? loadCheckpoint(path) : loadOptimizerState(path);

  test(`${file}: cut off is "truncated"`, async () => {
    const path = await copy();
    await truncate(join(path, file), 500);
    await expect(load(path)).rejects.toMatchObject({ fault: "truncated" });
  });

  test(`${file}: one flipped bit is "corrupt"`, async () => {
    const path = await copy();
    const bytes = await readFile(join(path, file));
    bytes[bytes.length - 7]! ^= 4;
    await writeFile(join(path, file), bytes);
    await expect(load(path)).rejects.toMatchObject({ fault: "corrupt" });
  });

  test(`${file}: gone is "missing"`, async () => {
    const path = await copy();
    await rm(join(path, file));
    await expect(load(path)).rejects.toMatchObject({ fault: "missing" });
  });
}

test("weights of another config are foreign: the tensor and both shapes are named, and no tensor is left behind", async () => {
  const path = await copy();
  await editManifest(path, (manifest) => {
    manifest["model"] = { ...config.model, feedForwardSize: 32 };
  });
  const before = tf.memory().numTensors;
  const failure = loadCheckpoint(path);
  await expect(failure).rejects.toMatchObject({ fault: "foreign" });
  await expect(failure).rejects.toThrow(
    /"layers\/0\/feedForward\/inner\/kernel" of shape \[8,32\], got \[8,16\]/,
  );
  expect(tf.memory().numTensors).toBe(before);
});

test("a format of the future is a version error", async () => {
  const path = await copy();
  await editManifest(path, (manifest) => {
    manifest["format"] = 2;
  });
  await expect(loadCheckpoint(path)).rejects.toMatchObject({ fault: "version" });
});

test("a manifest that is no JSON, or lacks fields, is corrupt; a folder without one is no checkpoint", async () => {
  const torn = await copy();
  await truncate(join(torn, "manifest.json"), 100);
  await expect(loadCheckpoint(torn)).rejects.toMatchObject({ fault: "corrupt" });
  const lacking = await copy();
  await editManifest(lacking, (manifest) => {
    delete manifest["step"];
  });
  await expect(loadCheckpoint(lacking)).rejects.toThrow("step");
  await expect(loadCheckpoint(root)).rejects.toMatchObject({ fault: "missing" });
});
