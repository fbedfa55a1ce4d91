/** What an export is made from: which checkpoint of a run, and how much it has been trained on. */
import "@tensorflow/tfjs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTrainingBatches } from "@performer/proteins";
import { createFileSource } from "@performer/proteins/node";
import { expect, test } from "vitest";
import { loadCheckpoint } from "../src/checkpoint/load-checkpoint.ts";
import { selectCheckpoint } from "../src/export/select-checkpoint.ts";
import { countTokensSeen } from "../src/export/tokens-seen.ts";
import { metricsOf } from "../src/metrics.ts";
import { makeExport } from "./export-fixture.ts";
import { tinyConfig } from "./fixture.ts";

const { root, save, checkpoint } = await makeExport();
const { training } = tinyConfig();

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
