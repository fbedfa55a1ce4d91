import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openRunFolder, readRunConfig, settleRunConfig } from "../src/run/run-folder.ts";
import { tinyConfig } from "./fixture.ts";

let runs: string;
beforeEach(async () => {
  runs = await mkdtemp(join(tmpdir(), "runs-"));
});
afterEach(() => rm(runs, { recursive: true }));

test("an id that exists is refused with the remedy, unless the run is to be resumed", async () => {
  const { paths, existed } = await openRunFolder(runs, "one", "never");
  expect(existed).toBe(false);
  await settleRunConfig(paths, tinyConfig());
  await expect(openRunFolder(runs, "one", "never")).rejects.toThrow(
    "resume it or choose another id",
  );
  expect((await openRunFolder(runs, "one", "always")).existed).toBe(true);
  expect((await openRunFolder(runs, "one", "if-exists")).existed).toBe(true);
});

test("resuming a run that does not exist is refused and makes no folder; if-exists starts it", async () => {
  await expect(openRunFolder(runs, "two", "always")).rejects.toThrow("start it without resume");
  expect((await openRunFolder(runs, "two", "if-exists")).existed).toBe(false);
});

test("ids that could leave the runs folder are refused", async () => {
  for (const id of ["..", "../x", "a/b", "", ".hidden", "x".repeat(65)]) {
    await expect(openRunFolder(runs, id, "never")).rejects.toThrow("expected a run id");
  }
});

test("the config is kept as it was, and a resume with another one names the fields that differ", async () => {
  const { paths } = await openRunFolder(runs, "one", "never");
  const config = tinyConfig();
  await settleRunConfig(paths, config);
  expect(await readRunConfig(paths.root)).toEqual(config);
  await settleRunConfig(paths, { ...config, description: "only words" });
  const changed = tinyConfig({ dropout: 0.2, steps: 9 });
  await expect(settleRunConfig(paths, changed)).rejects.toThrow(
    "other values of model.dropout, training.steps",
  );
  expect(await readRunConfig(paths.root)).toEqual(config);
});

test("a folder without config is no run", async () => {
  await mkdir(join(runs, "empty"));
  expect(await readRunConfig(join(runs, "empty"))).toBeUndefined();
});
