/** A model with its checkpoint and its export, in a folder that the end of the test file removes. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { disposeModel, initModel } from "@performer/performer";
import { encodeSequence } from "@performer/proteins";
import { randomKey } from "@performer/random";
import { ModelConfig } from "@performer/schema";
import { afterAll } from "vitest";
import { type SaveCheckpointOptions, saveCheckpoint } from "../src/checkpoint/save-checkpoint.ts";
import { type ExportModelOptions, exportModel } from "../src/export/export-model.ts";

export const SOFTWARE = "test 1.2.3";
export const sequences = ["MKTAYIAKQR", "GGHHLPVF"].map((text) => encodeSequence(text));
export const config = ModelConfig.parse({
  maxLength: 40,
  embeddingSize: 32,
  numHeads: 2,
  numLayers: 3,
  feedForwardSize: 64,
  attention: { mechanism: "favor", numFeatures: 24, localHeads: 1, localWindow: 8 },
});

export async function makeExport() {
  const root = await mkdtemp(join(tmpdir(), "export-"));
  const model = initModel(config, randomKey(3));
  afterAll(async () => {
    disposeModel(model);
    await rm(root, { recursive: true });
  });
  const save = (run: string, step: number, details: SaveCheckpointOptions["details"] = {}) =>
    saveCheckpoint({ directory: join(root, run), name: run, step, model, details });
  const checkpoint = await save("run", 1);
  const options = (given: Partial<ExportModelOptions>): ExportModelOptions => ({
    checkpoint,
    output: join(root, "unnamed"),
    software: SOFTWARE,
    sequences,
    ...given,
  });
  const exported = join(root, "exported");
  await exportModel(options({ output: exported }));
  return { root, model, save, checkpoint, options, exported };
}
