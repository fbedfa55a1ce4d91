import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { disposeModel, initModel } from "@performer/performer";
import { randomKey } from "@performer/random";
import {
  EmbeddingsResponse,
  HealthResponse,
  ModelConfig,
  ModelsResponse,
  RunsResponse,
} from "@performer/schema";
import { loadRuntime } from "@performer/tensorflow";
import { exportModel, listCheckpoints, saveCheckpoint } from "@performer/training";
import { pino } from "pino";
import { beforeAll, describe, expect, it } from "vitest";
import { ListenError } from "../src/listen.ts";
import { type ServeOptions, serve } from "../src/serve.ts";
import { runEvents } from "./fakes.ts";

const root = join(import.meta.dirname, "../../..");
const logger = pino({ level: "silent" });
const config = ModelConfig.parse({
  maxLength: 128,
  embeddingSize: 8,
  numHeads: 2,
  numLayers: 1,
  feedForwardSize: 16,
  attention: { mechanism: "favor", numFeatures: 8 },
});
let runsDirectory: string;

beforeAll(async () => {
  await loadRuntime({ root, prefer: "cpu" });
  runsDirectory = await mkdtemp(join(tmpdir(), "runs-"));
  const run = join(runsDirectory, "tiny");
  await mkdir(run);
  const lines = runEvents.map((event) => `${JSON.stringify(event)}\n`);
  await writeFile(join(run, "events.jsonl"), lines.join(""));
  const model = initModel(config, randomKey(1));
  await saveCheckpoint({ directory: join(run, "checkpoints"), name: "tiny", step: 2, model });
  disposeModel(model);
});

async function withServer(
  use: (url: string) => Promise<void>,
  options: Partial<ServeOptions> = {},
): Promise<void> {
  const closing = new AbortController();
  const { signal } = closing;
  const server = await serve({
    root,
    runsDirectory,
    port: 0,
    backend: "cpu",
    version: "1.2.3",
    logger,
    signal,
    modelsDirectory: join(runsDirectory, "no-models"),
    ...options,
  });
  try {
    await use(server.url);
  } finally {
    closing.abort();
    await server.closed;
  }
}

const postJson = (url: string, body: object) =>
  fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
const getJson = async (url: string): Promise<unknown> => (await fetch(url)).json();

describe("serve", () => {
  it("listens on this machine only, serves the newest checkpoint and the runs of the folder", async () => {
    await withServer(async (url) => {
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      const health = HealthResponse.parse(await getJson(`${url}/health`));
      expect(health).toMatchObject({ backend: "cpu", model: "tiny/step-00000002" });
      const { runs } = RunsResponse.parse(await getJson(`${url}/v1/runs`));
      expect(runs).toMatchObject([{ id: "tiny", status: "finished" }]);
      const response = await postJson(`${url}/v1/embeddings`, { sequence: "MKTAYIAKQR" });
      const { embeddings } = EmbeddingsResponse.parse(await response.json());
      expect(embeddings[0]?.residues).toHaveLength(10);
      const metrics = await (await fetch(`${url}/metrics`)).text();
      expect(metrics).toContain("performer_residues_total 10\n");
      expect(metrics).toContain("performer_batch_tokens_sum 32\n");
      expect(metrics).toContain('performer_model_loaded{model="tiny/step-00000002"} 1\n');
    });
  });

  it("on loopback goes by the names of this machine, and by those that are allowed besides", async () => {
    const status = (url: string, host: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const question = get(`${url}/health`, { headers: { Host: host } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        question.on("error", reject);
      });
    await withServer(async (url) => {
      expect(await status(url, "localhost")).toBe(200);
      expect(await status(url, "lab.example")).toBe(421);
    });
    await withServer(
      async (url) => {
        expect(await status(url, "lab.example")).toBe(200);
        expect(await status(url, "other.example")).toBe(421);
      },
      { allowedHosts: ["lab.example"] },
    );
  });

  it("knows the bundled proteins by accession, and says where one is too long for the model", async () => {
    await withServer(async (url) => {
      const attention = await postJson(`${url}/v1/attention`, { accession: "P00974" });
      expect(await attention.json()).toMatchObject({ accession: "P00974", numHeads: 2 });
      const titin = await postJson(`${url}/v1/attention`, { accession: "TITIN_HUMAN" });
      expect(titin.status).toBe(422);
      expect(await titin.json()).toMatchObject({ field: "/accession", limit: 126 });
    });
  });

  it("streams a run's log from its files, resumes it by line, and knows no run outside the folder", async () => {
    await withServer(async (url) => {
      const events = `${url}/v1/runs/tiny/events`;
      const text = await (await fetch(events)).text();
      expect(text.match(/^id: \d+/gm)).toEqual(["id: 1", "id: 2", "id: 3"]);
      const resumed = await fetch(events, { headers: { "Last-Event-ID": "2" } });
      expect((await resumed.text()).match(/^id: \d+/gm)).toEqual(["id: 3"]);
      expect((await fetch(events, { headers: { "Last-Event-ID": "3" } })).status).toBe(204);
      expect((await fetch(`${url}/v1/runs/..%2Ftiny/events`)).status).toBe(404);
    });
  });

  it("refuses a port in use with the remedy", async () => {
    await withServer(async (url) => {
      const port = Number(new URL(url).port);
      await expect(withServer(async () => {}, { port })).rejects.toThrow(ListenError);
    });
  });

  it("serves a model that ships by default, and a run's beside it where that is asked for", async () => {
    const modelsDirectory = await mkdtemp(join(tmpdir(), "models-"));
    const [checkpoint] = await listCheckpoints(join(runsDirectory, "tiny", "checkpoints"));
    await exportModel({
      checkpoint: checkpoint?.path ?? "",
      output: join(modelsDirectory, "shipped"),
      software: "test 1.2.3",
      sequences: [Uint8Array.of(1, 2, 3)],
    });
    await withServer(
      async (url) => {
        expect(await getJson(`${url}/health`)).toMatchObject({ model: "models/shipped" });
        const { models } = ModelsResponse.parse(await getJson(`${url}/v1/models`));
        expect(models.map(({ id, shipped }) => [id, shipped])).toEqual([
          ["models/shipped", true],
          ["tiny", false],
        ]);
        const ask = async (model?: string) =>
          (await postJson(`${url}/v1/attention`, { sequence: "MKT", model })).json();
        expect(await ask()).toMatchObject({ model: "models/shipped" });
        expect(await ask("tiny")).toMatchObject({
          model: "tiny/step-00000002",
        });
      },
      { modelsDirectory },
    );
  });

  it("serves without any run: the app is up before the first training", async () => {
    const empty = await mkdtemp(join(tmpdir(), "runs-"));
    await withServer(
      async (url) => {
        expect(await getJson(`${url}/health`)).toMatchObject({ model: null });
        expect((await fetch(`${url}/v1/similarity`)).status).toBe(503);
      },
      { runsDirectory: empty },
    );
  });
});
