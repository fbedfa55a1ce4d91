/** `performer demo` with a model that ships: up at once, the training beside it. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ModelsResponse, RunsResponse } from "@performer/schema";
import { latestCheckpoint } from "@performer/training";
import { expect, it } from "vitest";
import { performer, startPerformer } from "./support/performer.ts";
import { saveTinyModel } from "./support/tiny-model.ts";

const getJson = async (url: string): Promise<unknown> => (await fetch(url)).json();

it("the shipped model answers while the demo run trains, and Ctrl-C leaves a checkpoint to go on from", async () => {
  const folder = await mkdtemp(join(tmpdir(), "demo-"));
  const [runs, models] = [join(folder, "runs"), join(folder, "models")];
  await saveTinyModel(join(folder, "tiny"));
  const args = ["export", join(folder, "tiny"), "--output", join(models, "tiny")];
  expect((await performer([...args, "--backend", "cpu"])).exitCode).toBe(0);

  const demo = startPerformer(["demo", "--port", "0", "--runs", runs, "--models", models]);
  const [, url = ""] = await demo.until(/Serving on (http:\S+) \(model models\/tiny;/);
  await demo.until(/beside it: http:\S+\/#\/training\/demo/);
  const attention = await fetch(`${url}/v1/attention`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ sequence: "MKTAYIAKQR" }),
  });
  expect(await attention.json()).toMatchObject({ model: "models/tiny" });

  await expect
    .poll(
      async () => {
        const answer = RunsResponse.parse(await getJson(`${url}/v1/runs`));
        return answer.runs.find(({ id }) => id === "demo")?.step ?? 0;
      },
      { timeout: 240_000, interval: 500 },
    )
    .toBeGreaterThan(0);
  const listed = ModelsResponse.parse(await getJson(`${url}/v1/models`)).models;
  expect(listed[0]).toMatchObject({ id: "models/tiny", shipped: true });

  demo.child.kill("SIGINT");
  const { exitCode, stdout } = await demo.ended;
  expect(exitCode).toBe(0);
  expect(stdout).toContain("The training of the demo model stopped; it goes on at the next start.");
  const checkpoint = await latestCheckpoint(join(runs, "demo", "checkpoints"));
  expect(checkpoint?.step).toBeGreaterThan(0);
}, 300_000);
