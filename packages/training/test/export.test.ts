/** A model folder: what comes back from it, what it holds, and how a damaged one is refused. */
import "@tensorflow/tfjs";
import { cp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { HALF_ROUNDOFF, narrowHalf, widenHalf } from "@performer/checkpoint";
import {
  applyModel,
  disposeModel,
  flattenTree,
  initModel,
  type PerformerModel,
} from "@performer/performer";
import { TOKEN_NAMES } from "@performer/proteins";
import { randomKey } from "@performer/random";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { loadCheckpoint, loadOptimizerState } from "../src/checkpoint/load-checkpoint.ts";
import { saveCheckpoint } from "../src/checkpoint/save-checkpoint.ts";
import { describeFile } from "../src/export/describe-file.ts";
import { exportModel } from "../src/export/export-model.ts";
import { config, makeExport, SOFTWARE, sequences } from "./export-fixture.ts";

const { root, model, checkpoint, options, exported } = await makeExport();

let copies = 0;
/** The exported model under another name, for breaking. */
async function copy(): Promise<string> {
  const path = join(root, `copy-${copies++}`);
  await cp(exported, path, { recursive: true });
  return path;
}

interface Editable {
  format: number;
  model: { feedForwardSize: number };
  exported: { vocabulary: string[] };
}

async function editManifest(path: string, edit: (manifest: Editable) => void) {
  const file = join(path, "manifest.json");
  const manifest = JSON.parse(await readFile(file, "utf8"));
  edit(manifest);
  await writeFile(file, JSON.stringify(manifest));
}

const logitsOf = (which: PerformerModel, sequence: Uint8Array) =>
  tf.tidy(() =>
    applyModel(which, {
      tokens: tf.tensor2d([25, ...sequence, 26], [1, sequence.length + 2], "int32"),
    }).logits.dataSync<"float32">(),
  );

describe("round trip", () => {
  test("parameters come back as the nearest float16, projections bit by bit", async () => {
    const { model: loaded } = await loadCheckpoint(exported);
    const before = flattenTree(model.parameters);
    for (const [name, tensor] of Object.entries(flattenTree(loaded.parameters))) {
      const values = before[name]?.dataSync() as Float32Array;
      expect(tensor.dataSync()).toEqual(values.map((value) => widenHalf(narrowHalf(value))));
    }
    for (const [layer, projection] of loaded.projections.entries()) {
      expect(projection.dataSync()).toEqual(model.projections[layer]?.dataSync());
    }
    disposeModel(loaded);
  });

  test("logits move by no more than the roundings on a token's way add up to", async () => {
    const { model: loaded, manifest } = await loadCheckpoint(exported);
    let [difference, size] = [0, 0];
    for (const sequence of sequences) {
      const [exact, rounded] = [logitsOf(model, sequence), logitsOf(loaded, sequence)];
      // residues alone, as the manifest counts
      for (let i = config.vocabularySize; i < exact.length - config.vocabularySize; i++) {
        difference += (exact[i]! - rounded[i]!) ** 2;
        size += exact[i]! ** 2;
      }
    }
    const relative = Math.sqrt(difference / size);
    // To first order: a rounded matrix changes its product by the unit roundoff of it at most, layer
    // norms keep what follows on one scale, and a way leads through six matrices a layer, the token
    // table and the table again as output.
    expect(relative).toBeLessThan((6 * config.numLayers + 2) * HALF_ROUNDOFF);
    expect(relative).toBeGreaterThan(0);
    expect(manifest.exported?.rounding.relative).toBeCloseTo(relative, 6);
    expect(manifest.exported?.rounding.sequences).toBe(2);
    disposeModel(loaded);
  });

  test("an exported model exported again has the same weights and still says what it was made from", async () => {
    const output = join(root, "again");
    const again = await exportModel(options({ checkpoint: exported, output }));
    const first = (await loadCheckpoint(exported)).manifest;
    expect(again.files).toEqual(first.files);
    expect(again.exported).toEqual(first.exported);
  });

  test("no tensor is left behind", async () => {
    const before = tf.memory().numTensors;
    await exportModel(options({ output: join(root, "memory") }));
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe("the folder", () => {
  test("holds weights of half the size, manifest and card; nothing to resume from", async () => {
    expect((await readdir(exported)).sort()).toEqual([
      "MODEL_CARD.md",
      "manifest.json",
      "weights.safetensors",
    ]);
    const weights = await describeFile(join(exported, "weights.safetensors"));
    const before = await describeFile(join(checkpoint, "weights.safetensors"));
    expect(weights.sizeBytes).toBeLessThan(0.65 * before.sizeBytes);
    const { manifest } = await loadCheckpoint(exported);
    expect(manifest).toMatchObject({
      format: 1,
      name: "exported",
      step: 1,
      model: config,
      files: { "weights.safetensors": { sha256: weights.sha256 } },
      exported: {
        software: SOFTWARE,
        precision: "float16",
        vocabulary: TOKEN_NAMES,
        sourceSha256: before.sha256,
      },
    });
    expect(manifest.resume).toBeUndefined();
    await expect(loadOptimizerState(exported)).rejects.toMatchObject({ fault: "missing" });
  });

  test("is never written over, nor left half written", async () => {
    const before = await readFile(join(exported, "manifest.json"));
    await expect(exportModel(options({ output: exported }))).rejects.toMatchObject({
      fault: "exists",
    });
    expect(await readFile(join(exported, "manifest.json"))).toEqual(before);
    await expect(
      exportModel(options({ output: join(root, "half", "made"), sequences: [] })),
    ).rejects.toThrow("at least one sequence");
    expect(await readdir(join(root, "half"))).toEqual([]);
  });

  test("a value that float16 cannot hold is refused by name", async () => {
    const large = initModel(config, randomKey(3));
    const parameters = {
      ...large.parameters,
      output: { bias: tf.fill([config.vocabularySize], 7e4) },
    };
    const directory = join(root, "large");
    const diverged = await saveCheckpoint({
      directory,
      name: "large",
      step: 1,
      model: { ...large, parameters },
    });
    await expect(
      exportModel(options({ checkpoint: diverged, output: join(root, "diverged") })),
    ).rejects.toThrow(/"output\/bias" within ±65504, got 70000/);
    disposeModel(large);
  });
});

describe("a damaged or foreign folder", () => {
  test.each([
    ["cut off", "truncated", (path: string) => truncate(join(path, "weights.safetensors"), 700)],
    [
      "with one flipped bit",
      "corrupt",
      async (path: string) => {
        const file = join(path, "weights.safetensors");
        const bytes = await readFile(file);
        bytes[bytes.length - 9]! ^= 1;
        await writeFile(file, bytes);
      },
    ],
    ["of another format", "version", (path: string) => editManifest(path, (m) => (m.format = 9))],
    [
      "with another config",
      "foreign",
      (path: string) => editManifest(path, (m) => (m.model.feedForwardSize = 32)),
    ],
    [
      "with other tokens",
      "foreign",
      (path: string) => editManifest(path, (m) => m.exported.vocabulary.reverse()),
    ],
    ["without a manifest", "missing", (path: string) => rm(join(path, "manifest.json"))],
  ] as const)("%s is %s, and the error says what to do", async (_what, fault, damage) => {
    const path = await copy();
    await damage(path);
    const failure = loadCheckpoint(path);
    await expect(failure).rejects.toMatchObject({ name: "CheckpointError", fault });
    await expect(failure).rejects.toThrow(/; (copy|use|name|its weights)/);
    await expect(
      exportModel(options({ checkpoint: path, output: join(root, "from-damaged") })),
    ).rejects.toMatchObject({ fault });
  });
});
