import "@tensorflow/tfjs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HALF_ROUNDOFF, narrowHalf, widenHalf } from "@performer/checkpoint";
import {
  applyModel,
  disposeModel,
  flattenTree,
  initModel,
  type PerformerModel,
} from "@performer/performer";
import { createTrainingBatches, encodeSequence, TOKEN_NAMES } from "@performer/proteins";
import { createFileSource } from "@performer/proteins/node";
import { randomKey } from "@performer/random";
import { type EvaluationReport, ModelConfig } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadCheckpoint, loadOptimizerState } from "../src/checkpoint/load-checkpoint.ts";
import { type SaveCheckpointOptions, saveCheckpoint } from "../src/checkpoint/save-checkpoint.ts";
import { describeFile } from "../src/export/describe-file.ts";
import { type ExportModelOptions, exportModel } from "../src/export/export-model.ts";
import { selectCheckpoint } from "../src/export/select-checkpoint.ts";
import { countTokensSeen } from "../src/export/tokens-seen.ts";
import { metricsOf } from "../src/metrics.ts";
import { tinyConfig } from "./fixture.ts";

const SOFTWARE = "test 1.2.3";
const sequences = ["MKTAYIAKQR", "GGHHLPVF"].map((text) => encodeSequence(text));
const training = tinyConfig().training;
const config = ModelConfig.parse({
  maxLength: 40,
  embeddingSize: 32,
  numHeads: 2,
  numLayers: 3,
  feedForwardSize: 64,
  attention: { mechanism: "favor", numFeatures: 24, localHeads: 1, localWindow: 8 },
});

let root: string;
let model: PerformerModel;
let checkpoint: string;
let exported: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "export-"));
  model = initModel(config, randomKey(3));
  checkpoint = await save("run", 1);
  exported = join(root, "exported");
  await exportModel(options({ output: exported }));
});
afterAll(async () => {
  disposeModel(model);
  await rm(root, { recursive: true });
});

const save = (run: string, step: number, details: SaveCheckpointOptions["details"] = {}) =>
  saveCheckpoint({ directory: join(root, run), name: run, step, model, details });

const options = (given: Partial<ExportModelOptions>): ExportModelOptions => ({
  checkpoint,
  output: join(root, "unnamed"),
  software: SOFTWARE,
  sequences,
  ...given,
});

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

describe("what it was trained on", () => {
  test("tokens seen are those of the batches up to the checkpoint, counted again", async () => {
    const file = join(root, "train.fasta");
    await writeFile(file, ">a\nMKTAYIAKQRQISFVK\n>b\nGGH\n>c\nMKTAY\n");
    const source = createFileSource([file]);
    const batches = createTrainingBatches({ ...training, source, direction: "bidirectional" });
    let [tokens, taken] = [0, 0];
    for await (const { batch, position } of batches) {
      tokens += batch.paddingMask.reduce((sum, value) => sum + value, 0);
      taken += 1;
      if (taken < 7) continue;
      const resume = { data: position, lastRedraw: 0 };
      const { manifest } = await loadCheckpoint(await save("counted", 7, { training, resume }));
      expect(await countTokensSeen(manifest, source)).toBe(tokens);
      break;
    }
    const { manifest } = await loadCheckpoint(checkpoint);
    await expect(countTokensSeen(manifest, source)).rejects.toThrow("does not say what it read");
  });
});

describe("which checkpoint", () => {
  const validation = (loss: number) => metricsOf({ lossSum: loss, weightSum: 1, correctSum: 0 });

  test("best is the least validation loss, last the highest step", async () => {
    const directory = join(root, "chosen");
    for (const [step, loss] of [
      [1, 2.9],
      [2, 2.4],
      [3, 2.6],
    ] as const) {
      await save("chosen", step, { metrics: { validation: validation(loss) } });
    }
    expect((await selectCheckpoint(directory, "best"))?.step).toBe(2);
    expect((await selectCheckpoint(directory, "last"))?.step).toBe(3);
    await save("unevaluated", 5);
    expect((await selectCheckpoint(join(root, "unevaluated"), "best"))?.step).toBe(5);
    await mkdir(join(root, "empty"));
    expect(await selectCheckpoint(join(root, "empty"), "best")).toBeUndefined();
  });
});

describe("the card", () => {
  const metrics = metricsOf({ lossSum: 250, weightSum: 100, correctSum: 21 });
  const report = (weightsSha256: string): EvaluationReport => ({
    format: 1,
    createdAt: "2026-01-02T03:04:05.000Z",
    software: SOFTWARE,
    model: { name: "run", step: 1, parameterCount: 9, direction: "bidirectional", weightsSha256 },
    scoring: {
      task: "masked",
      fraction: 0.15,
      layout: "pad",
      window: 40,
      seeds: [0, 1],
      maxBatches: null,
    },
    baselines: {
      fittedOn: [{ name: "train.fasta", sha256: "a".repeat(64), sizeBytes: 12 }],
      order: 2,
    },
    sets: [
      {
        name: "test.fasta",
        sha256: "b".repeat(64),
        sizeBytes: 34,
        parts: [
          {
            name: "all",
            sequences: 1234,
            model: {
              draws: [metrics, metrics],
              perplexity: { mean: 12.3456, deviation: 0.0123 },
              accuracy: { mean: 0.2104, deviation: 0.0008 },
            },
            baselines: [metrics, metrics],
          },
        ],
      },
    ],
  });

  test("says data, budget, figures, limits and licence, from the manifest and the report alone", async () => {
    const trained = await save("carded", 4, {
      training,
      data: { files: ["train.fasta"], sequences: 3, residues: 24 },
    });
    const { sha256 } = await describeFile(join(trained, "weights.safetensors"));
    await exportModel(
      options({
        checkpoint: trained,
        output: join(root, "carded-model"),
        name: "tiny",
        data: {
          dataDescription: "Three made-up proteins.",
          licence: "Apache-2.0",
          dataFiles: [{ name: "train.fasta", sha256: "c".repeat(64), sizeBytes: 56 }],
          tokensSeen: 98_765,
        },
        report: report(sha256),
      }),
    );
    const card = await readFile(join(root, "carded-model", "MODEL_CARD.md"), "utf8");
    for (const text of [
      "# tiny",
      "the first 1 heads of each layer by softmax within 8 positions on each side",
      "AdamW, learning rate",
      "Three made-up proteins.",
      "train.fasta: 3 sequences, 24 residues.",
      "98,765 tokens read (4115.21 times the number of the residues)",
      "c".repeat(64),
      "| all | 1,234 | 12.346 ± 0.012 | 21.04 ± 0.08 % | 12.182 / 21.00 % | 12.182 / 21.00 % |",
      "Sequences of more than 38 residues are refused",
      "Apache-2.0",
    ]) {
      expect(card).toContain(text);
    }
  });

  test("what was not recorded is said to be so", async () => {
    const card = await readFile(join(exported, "MODEL_CARD.md"), "utf8");
    expect(card).toMatch(/## Training\n\nNot recorded\./);
    expect(card).toMatch(/## Figures\n\nNone were given\./);
    expect(card).toMatch(/## Licence\n\nNot stated/);
  });

  test("a report may be of the rounded weights; one of any others is refused", async () => {
    const { sha256 } = await describeFile(join(exported, "weights.safetensors"));
    const output = join(root, "with-report");
    const { exported: facts } = await exportModel(
      options({ checkpoint: exported, output, report: report(sha256) }),
    );
    expect(facts?.report?.model.weightsSha256).toBe(sha256);
    await expect(
      exportModel(options({ output: join(root, "other"), report: report("d".repeat(64)) })),
    ).rejects.toMatchObject({ fault: "foreign" });
  });
});
