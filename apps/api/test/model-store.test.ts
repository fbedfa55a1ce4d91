import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CheckpointManifest } from "@performer/schema";
import { pino } from "pino";
import { beforeEach, describe, expect, it } from "vitest";
import { createModelStore, type LoadedModel } from "../src/model-store.ts";
import { summary } from "./fakes.ts";

const logger = pino({ level: "silent" });
let runsDirectory: string;
let modelsDirectory: string;
beforeEach(async () => {
  runsDirectory = await mkdtemp(join(tmpdir(), "runs-"));
  modelsDirectory = await mkdtemp(join(tmpdir(), "models-"));
});

async function writeCheckpoint(run: string, step: number, minute: number): Promise<void> {
  const name = `step-${String(step).padStart(8, "0")}`;
  await writeManifest(join(runsDirectory, run, "checkpoints", name), run, step, minute);
}

/** A model that ships, which was made in the given minute. */
const writeShipped = (name: string, minute: number): Promise<void> =>
  writeManifest(join(modelsDirectory, name), name, 9, minute);

async function writeManifest(
  directory: string,
  run: string,
  step: number,
  minute: number,
): Promise<void> {
  const manifest: CheckpointManifest = {
    format: 1,
    name: run,
    createdAt: `2025-01-01T00:${String(minute).padStart(2, "0")}:00.000Z`,
    step,
    model: summary.config,
    files: { "weights.safetensors": { sha256: fingerprintOf(run, step), sizeBytes: 1 } },
    metrics: {},
  };
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "manifest.json"), JSON.stringify(manifest));
}

/** Two writes within one tick of the file system's clock would look like one. */
async function rewriteTime(name: string): Promise<void> {
  const later = new Date(Date.now() + 5_000);
  await utimes(join(modelsDirectory, name, "manifest.json"), later, later);
}

const fingerprintOf = (run: string, step: number) =>
  createHash("sha256").update(`${run} ${step}`).digest("hex");

/** A store whose models note when they are disposed. */
function openStore(refuse: (name: string) => boolean = () => false) {
  const loaded: string[] = [];
  const disposed: string[] = [];
  const store = createModelStore({
    folders: { runs: runsDirectory, models: modelsDirectory },
    logger,
    rescanMs: 0,
    retryMs: 0,
    load: async (_directory, found): Promise<LoadedModel> => {
      if (refuse(found.name)) throw new Error("truncated");
      loaded.push(found.name);
      return {
        summary: found,
        answer: async function* () {},
        dispose: () => disposed.push(found.name),
      };
    },
  });
  const served = async (asked?: string) => {
    const answer = await store.use(async ({ summary: { name } }) => ({ name }), asked);
    return typeof answer === "object" ? answer.name : answer;
  };
  return { store, served, loaded, disposed };
}

describe("the model store", () => {
  it("lends nothing and lists nothing where there is no run, or no runs folder", async () => {
    await rm(runsDirectory, { recursive: true });
    const { store, served } = openStore();
    expect(await served()).toBeUndefined();
    expect(await store.list()).toEqual([]);
    expect(await store.defaultName()).toBeNull();
  });

  it("lists all checkpoints of all runs and serves the newest by time", async () => {
    await writeCheckpoint("a", 200, 2);
    await writeCheckpoint("b", 100, 3);
    await writeCheckpoint("a", 100, 1);
    const { store, served } = openStore();
    const names = (await store.list()).map(({ name }) => name);
    expect(names).toEqual(["b/step-00000100", "a/step-00000200", "a/step-00000100"]);
    expect(await served()).toBe("b/step-00000100");
  });

  it("takes a newer checkpoint up, and loads each one once for concurrent requests", async () => {
    await writeCheckpoint("a", 1, 1);
    const { served, loaded, disposed } = openStore();
    await Promise.all([served(), served(), served()]);
    await writeCheckpoint("a", 2, 2);
    expect(await Promise.all([served(), served()])).toEqual(["a/step-00000002", "a/step-00000002"]);
    expect(loaded).toEqual(["a/step-00000001", "a/step-00000002"]);
    expect(disposed).toEqual(["a/step-00000001"]);
  });

  it("keeps a replaced model until its last request in flight is done", async () => {
    await writeCheckpoint("a", 1, 1);
    const { store, served, disposed } = openStore();
    let finish = () => {};
    const inFlight = store.use(async (model) => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return { name: model.summary.name };
    });
    // the loan begins after the load
    await served();
    await writeCheckpoint("a", 2, 2);
    expect(await served()).toBe("a/step-00000002");
    expect(disposed).toEqual([]);
    finish();
    expect(await inFlight).toEqual({ name: "a/step-00000001" });
    expect(disposed).toEqual(["a/step-00000001"]);
  });

  it("falls back to the newest checkpoint that loads", async () => {
    await writeCheckpoint("a", 1, 1);
    await writeCheckpoint("a", 2, 2);
    const { served } = openStore((name) => name === "a/step-00000002");
    expect(await served()).toBe("a/step-00000001");
  });

  it("tries a checkpoint that did not load again, since it may have been half copied", async () => {
    await writeCheckpoint("a", 1, 1);
    await writeCheckpoint("a", 2, 2);
    let isWhole = false;
    const { served } = openStore((name) => name === "a/step-00000002" && !isWhole);
    expect(await served()).toBe("a/step-00000001");
    isWhole = true;
    expect(await served()).toBe("a/step-00000002");
  });

  it("leaves out manifests that are broken, half-written folders and stray files", async () => {
    await writeCheckpoint("a", 1, 1);
    await mkdir(join(runsDirectory, "a", "checkpoints", ".partial-step-00000002"));
    await mkdir(join(runsDirectory, "b", "checkpoints", "step-00000001"), { recursive: true });
    await writeFile(join(runsDirectory, "b", "checkpoints", "step-00000001", "manifest.json"), "{");
    await writeFile(join(runsDirectory, "notes.txt"), "");
    const { store } = openStore();
    expect((await store.list()).map(({ name }) => name)).toEqual(["a/step-00000001"]);
  });

  it("goes on with the loaded model when its files are deleted, and frees it when closed", async () => {
    await writeCheckpoint("a", 1, 1);
    const { store, served, disposed } = openStore();
    await served();
    await rm(join(runsDirectory, "a"), { recursive: true });
    expect(await served()).toBe("a/step-00000001");
    store.close();
    expect(disposed).toEqual(["a/step-00000001"]);
  });

  it("takes what ships for the default, whatever was trained since; a run answers to its id", async () => {
    await writeShipped("old", 1);
    await writeShipped("new", 2);
    await writeCheckpoint("a", 1, 8);
    await writeCheckpoint("a", 2, 9);
    const { store, served } = openStore();
    const listed = (await store.list()).map(({ name, id, shipped }) => [name, id, shipped]);
    expect(listed).toEqual([
      ["models/new", "models/new", true],
      ["models/old", "models/old", true],
      ["a/step-00000002", "a", false],
      ["a/step-00000001", "a", false],
    ]);
    expect(await store.defaultName()).toBe("models/new");
    expect(await served()).toBe("models/new");
    expect(await served("a")).toBe("a/step-00000002");
    expect(await served("a/step-00000001")).toBe("a/step-00000001");
    expect(await served("models/old")).toBe("models/old");
    expect(await served("b")).toBe("unknown");
  });

  it("keeps the one that ships and a run loaded side by side, and follows the run", async () => {
    await writeShipped("new", 1);
    await writeCheckpoint("a", 1, 1);
    const { served, loaded, disposed } = openStore();
    for (const asked of [undefined, "a", undefined, "a"]) await served(asked);
    expect(loaded).toEqual(["models/new", "a/step-00000001"]);
    await writeCheckpoint("a", 2, 2);
    expect(await served("a")).toBe("a/step-00000002");
    expect(await served()).toBe("models/new");
    expect(disposed).toEqual(["a/step-00000001"]);
    await writeCheckpoint("b", 1, 3);
    expect(await served("b")).toBe("b/step-00000001");
    // the one that was used longest ago
    expect(disposed).toEqual(["a/step-00000001", "a/step-00000002"]);
  });

  it("falls back from a damaged model that ships to the newest checkpoint", async () => {
    await writeShipped("new", 1);
    await writeCheckpoint("a", 1, 1);
    const { served } = openStore((name) => name === "models/new");
    expect(await served()).toBe("a/step-00000001");
    expect(await served("models/new")).toBeUndefined();
  });

  it("a folder replaced by other weights of the same name is another model; what is half replaced waits", async () => {
    await writeShipped("new", 1);
    await writeCheckpoint("a", 1, 1);
    let isWhole = true;
    const { store, served, loaded, disposed } = openStore(
      (name) => name === "models/new" && !isWhole,
    );
    expect(await served()).toBe("models/new");
    const [before] = await store.list();
    isWhole = false;
    await writeManifest(join(modelsDirectory, "new"), "another", 10, 2);
    await rewriteTime("new");
    // its weights are not all there yet: the one that is loaded answers, and not the run
    expect(await served()).toBe("models/new");
    expect([loaded, disposed]).toEqual([["models/new"], []]);
    isWhole = true;
    expect(await served()).toBe("models/new");
    expect([loaded, disposed]).toEqual([["models/new", "models/new"], ["models/new"]]);
    const [after] = await store.list();
    expect(after?.fingerprint).not.toBe(before?.fingerprint);
  });

  it("tells all that is known of a model, its card included", async () => {
    await writeShipped("new", 1);
    await writeFile(join(modelsDirectory, "new", "MODEL_CARD.md"), "# New");
    await writeCheckpoint("a", 1, 1);
    const { store } = openStore();
    expect(await store.details("models/new")).toMatchObject({ shipped: true, card: "# New" });
    expect(await store.details("a")).toMatchObject({ name: "a/step-00000001", card: null });
    expect(await store.details("b")).toBeUndefined();
  });
});
