/**
 * ESM-2 read from the files of transformers' EsmForMaskedLM, against what transformers computes in float64
 * (fixtures/esm2/make_esm2.py): hidden states of every layer and token scores, on every backend; contacts
 * are in @performer/interpret's tests, compiled graphs in import-esm-compiled.test.ts.
 */
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  applyModel,
  crossEntropy,
  disposeModel,
  flattenTree,
  isTrained,
} from "@performer/performer";
import { collateSequences, encodeSequence } from "@performer/proteins";
import { expectClose } from "@performer/testing";
import { importEsm, loadCheckpoint } from "@performer/training";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeOnEachBackend } from "../../performer/test/support/backends.ts";
import { arrange, sourceOf } from "../src/import/esm-tensors.ts";
import { ESM_CASES, esmFixture, fixtureFolder, realPositions } from "./esm-fixture.ts";

const TOLERANCE = { rtol: 2e-5, atol: 2e-5 };
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "performer-esm-"));
  for (const name of ESM_CASES) {
    await importEsm({ source: fixtureFolder(name), output: join(folder, name) });
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describeOnEachBackend("imported ESM-2", () => {
  test.each(ESM_CASES)(
    "%s: hidden states of every layer and token scores are those of transformers",
    async (name) => {
      const expected = await esmFixture(name);
      const { model } = await loadCheckpoint(join(folder, name));
      const { numLayers } = model.config;
      const [tokens, paddingMask] = [
        tf.tensor2d(expected.tokens, expected.shape, "int32"),
        tf.tensor2d(expected.paddingMask, expected.shape),
      ];
      for (let depth = 0; depth <= numLayers; depth++) {
        const { hidden, logits } = applyModel(model, { tokens, paddingMask }, { depth });
        const reference = expected.tensor(`hidden/${depth}`);
        expectClose(
          realPositions(hidden, paddingMask),
          realPositions(reference, paddingMask),
          TOLERANCE,
        );
        if (depth < numLayers) continue;
        expectClose(
          realPositions(logits, paddingMask),
          realPositions(expected.logits(), paddingMask),
          TOLERANCE,
        );
      }
      disposeModel(model);
    },
  );

  test("the gradient of every trained parameter is that of torch", async () => {
    const expected = await esmFixture("brain");
    const { model } = await loadCheckpoint(join(folder, "brain"));
    const tokens = tf.tensor2d(expected.tokens, expected.shape, "int32");
    const paddingMask = tf.tensor2d(expected.paddingMask, expected.shape);
    const flat = flattenTree(model.parameters);
    const names = Object.keys(flat).filter(isTrained);
    const gradients = tf.grads(
      () =>
        crossEntropy(applyModel(model, { tokens, paddingMask }).logits, tokens, paddingMask)
          .lossSum,
    )(names.map((name) => flat[name] as tf.Tensor));
    for (const [i, name] of names.entries()) {
      const { name: theirs, layout } = sourceOf(name);
      const reference = expected.tensor(`gradient/${theirs}`);
      const values = arrange(reference.dataSync<"float32">(), layout, reference.shape);
      const largest = Math.max(...values.map(Math.abs));
      // single entries cancel to near zero
      expectClose(gradients[i]?.dataSync() ?? [], values, {
        rtol: 1e-4,
        atol: 5e-5 * largest + 1e-5,
      });
    }
  });

  test("a sequence alone gives what it gives in a padded batch with masks", async () => {
    const expected = await esmFixture("hub");
    const { model } = await loadCheckpoint(join(folder, "hub"));
    const { tokens, length } = collateSequences([encodeSequence("G")], { length: 3 });
    const { hidden } = applyModel(model, { tokens: tf.tensor2d(tokens, [1, length], "int32") });
    const inBatch = tf.slice(expected.tensor("hidden/2"), [3, 0, 0], [1, 3, -1]);
    expectClose(hidden, inBatch, TOLERANCE);
  });
});

describe("import of ESM-2", () => {
  test("sequences are encoded as transformers' tokenizer does", async () => {
    const {
      tokens,
      shape: [, length],
    } = await esmFixture("hub");
    const { tokens: ours } = collateSequences([encodeSequence("MKTAYIAKQRQISFVKSHFSRQ")], {
      length,
    });
    expect([...tokens.subarray(0, length)]).toEqual([...ours]);
  });

  test("the rotary frequencies of a float16 file are kept, as transformers keeps them", async () => {
    const { model } = await loadCheckpoint(join(folder, "half"));
    const { rotaryFrequencies = [] } = model.config;
    expect(rotaryFrequencies[0]).toBe(1);
    expect(rotaryFrequencies[1]).toBeCloseTo(10_000 ** (-2 / 16), 3);
    expect(rotaryFrequencies[1]).not.toBe(Math.fround(10_000 ** (-2 / 16)));
    expect(
      (await loadCheckpoint(join(folder, "hub"))).model.config.rotaryFrequencies,
    ).toBeUndefined();
  });

  test("a safetensors file is read with the config.json beside it, under a longer maxLength", async () => {
    const output = join(folder, "file");
    const source = join(fixtureFolder("hub"), "model.safetensors");
    const { manifest, leftOut } = await importEsm({ source, output, maxLength: 40_000 });
    expect(manifest.model.maxLength).toBe(40_000);
    expect(manifest.origin).toEqual({ name: "hub", step: 0, change: "imported from ESM-2" });
    expect(leftOut).toEqual([]);
    const bytes = (path: string) => readFile(join(path, "weights.safetensors"));
    expect(await bytes(output)).toEqual(await bytes(join(folder, "hub")));
  });

  test("nothing is written over, and a failed import leaves nothing", async () => {
    const again = importEsm({ source: fixtureFolder("hub"), output: join(folder, "hub") });
    await expect(again).rejects.toThrow("expected a new folder");
    const source = await changed({
      "config.json": (config) => ({ ...config, intermediate_size: 33 }),
    });
    await expect(importEsm({ source, output: join(folder, "none") })).rejects.toThrow(
      'expected "esm.encoder.layer.0.intermediate.dense.weight" as numbers of shape [33,16] by config.json, got F32 [32,16]',
    );
    expect((await readdir(folder)).filter((name) => name.includes("none"))).toEqual([]);
  });

  test.each([
    ["position_embedding_type", "absolute", 'position_embedding_type: expected "rotary"'],
    ["vocab_size", 30, "vocab_size: expected 33, the alphabet of ESM-2, got 30"],
    ["is_decoder", true, "is_decoder: expected false"],
    ["is_folding_model", true, "is_folding_model: expected false"],
    ["mask_token_id", 4, "mask_token_id: expected 32, got 4"],
    ["model_type", "bert", "model_type"],
    ["hidden_size", 15, "numHeads"],
  ])("config.json with %s %j is refused by name", async (field, value, message) => {
    const source = await changed({ "config.json": (config) => ({ ...config, [field]: value }) });
    await expect(importEsm({ source, output: join(folder, "none") })).rejects.toThrow(message);
  });

  test("another alphabet, a missing file and a folder that is none are refused", async () => {
    const source = await changed({});
    await writeFile(join(source, "vocab.txt"), "<pad>\n<cls>\nA\n");
    await expect(importEsm({ source, output: join(folder, "none") })).rejects.toThrow(
      "expected the 33 tokens of ESM-2",
    );
    const sharded = await changed({}, "variant");
    await rm(join(sharded, "model-00002-of-00003.safetensors"));
    await expect(importEsm({ source: sharded, output: join(folder, "none") })).rejects.toThrow(
      "model-00002-of-00003.safetensors",
    );
    await expect(
      importEsm({ source: join(folder, "nowhere"), output: join(folder, "none") }),
    ).rejects.toThrow("config.json");
  });

  test("an index names no file outside its folder", async () => {
    const source = await changed(
      {
        "model.safetensors.index.json": () => ({
          weight_map: { "lm_head.bias": "../secret.safetensors" },
        }),
      },
      "variant",
    );
    await expect(importEsm({ source, output: join(folder, "none") })).rejects.toThrow(
      "weight_map.lm_head.bias",
    );
  });
});

/** A copy of a checkpoint with other JSON files. */
async function changed(
  files: Readonly<Record<string, (before: object) => object>>,
  name: (typeof ESM_CASES)[number] = "hub",
): Promise<string> {
  const copy = await mkdtemp(join(folder, "changed-"));
  await mkdir(copy, { recursive: true });
  for (const file of await readdir(fixtureFolder(name))) {
    await copyFile(join(fixtureFolder(name), file), join(copy, file));
  }
  for (const [file, change] of Object.entries(files)) {
    const path = join(copy, file);
    await writeFile(path, JSON.stringify(change(JSON.parse(await readFile(path, "utf8")))));
  }
  return copy;
}
