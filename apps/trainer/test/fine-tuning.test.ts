import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { flattenTree, initModel, type PerformerModel } from "@performer/performer";
import { randomKey } from "@performer/random";
import { RunConfig } from "@performer/schema";
import { loadRuntime } from "@performer/tensorflow";
import {
  latestCheckpoint,
  loadCheckpoint,
  readManifest,
  saveCheckpoint,
} from "@performer/training";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { borrowWeights } from "../src/borrow-weights.ts";
import { startWorker, TINY_RUN, type WorkerRun } from "./worker.ts";

let folder: string;
let first: string;
const config = RunConfig.parse({
  ...TINY_RUN,
  training: { ...TINY_RUN.training, steps: 4, evaluateEvery: 4, checkpointEvery: 4 },
});
const run = (id: string): WorkerRun => ({ config: join(folder, "run.json"), runs: folder, id });

beforeAll(async () => {
  await loadRuntime({ root: join(import.meta.dirname, "../../.."), prefer: "cpu" });
  folder = await mkdtemp(join(tmpdir(), "fine-tuning-"));
  await writeFile(join(folder, "run.json"), JSON.stringify(config));
  const model = initModel(config.model, randomKey(77));
  first = await saveCheckpoint({ directory: join(folder, "first"), name: "first", step: 9, model });
});
afterAll(() => rm(folder, { recursive: true }));

const bits = ({ parameters, projections }: PerformerModel) => [
  ...Object.entries(flattenTree(parameters)).map(([name, x]) => [name, x.dataSync()]),
  ...projections.map((x) => x.dataSync()),
];

describe("weights that are borrowed", () => {
  test("are the checkpoint's bit by bit, with its projections, under the run's config", async () => {
    const { model } = await loadCheckpoint(first);
    const attention = { ...config.model.attention, redrawEvery: 3, chunkSize: 5 };
    const borrowed = await borrowWeights(first, {
      ...config,
      model: { ...config.model, dropout: 0.3, maxLength: 128, attention } as typeof config.model,
    });
    expect(bits(borrowed)).toEqual(bits(model));
    expect(borrowed.config).toMatchObject({ dropout: 0.3, maxLength: 128, attention });
  });

  test("of a model of another shape or attention are refused by field, with the remedy", async () => {
    const other = { ...config, model: { ...config.model, attention: { mechanism: "exact" } } };
    await expect(borrowWeights(first, other as typeof config)).rejects.toThrow(
      /model\.attention\.mechanism.*performer transfer/,
    );
    const wider = { ...config, model: { ...config.model, feedForwardSize: 32 } };
    await expect(borrowWeights(first, wider)).rejects.toThrow(/model\.feedForwardSize/);
  });
});

describe("a run --from a checkpoint", () => {
  test("trains on from its weights and says so in its checkpoints and its folder", async () => {
    const { code, output } = await startWorker(run("tuned"), ["--from", first]).done;
    expect(code, output).toBe(0);
    const origin = { name: "first", step: 9, change: "further training" };
    const latest = await latestCheckpoint(join(folder, "tuned/checkpoints"));
    expect(await readManifest(latest?.path as string)).toMatchObject({ step: 4, origin });
    expect(JSON.parse(await readFile(join(folder, "tuned/origin.json"), "utf8"))).toEqual(origin);

    // the loss of the first step is that of the weights it began with, not of drawn ones
    const lossOf = async (id: string) => {
      const events = await readFile(join(folder, id, "events.jsonl"), "utf8");
      return JSON.parse(events.split("\n")[1] as string).metrics.lossSum;
    };
    expect((await startWorker(run("drawn")).done).code).toBe(0);
    expect(await lossOf("tuned")).not.toBeCloseTo(await lossOf("drawn"), 3);
  });

  test("resumes without --from once it has a checkpoint, and refuses another origin", async () => {
    const again = await startWorker(run("tuned"), ["--resume"]).done;
    expect(again.code, again.output).toBe(0);
    const other = join(folder, "tuned/checkpoints/step-00000004");
    const refused = await startWorker(run("tuned"), ["--resume", "--from", other]).done;
    expect(refused.code).toBe(1);
    expect(refused.output).toContain("began with (first at step 9), got tuned at step 4");
  });

  test("that was killed before its first checkpoint does not go on from drawn weights", async () => {
    await startWorker(run("killed"), ["--from", first]).done;
    await rm(join(folder, "killed/checkpoints"), { recursive: true });
    const { code, output } = await startWorker(run("killed"), ["--resume"]).done;
    expect(code).toBe(1);
    expect(output).toContain("name it again with --from");
    expect((await startWorker(run("killed"), ["--resume", "--from", first]).done).code).toBe(0);
  });
});
