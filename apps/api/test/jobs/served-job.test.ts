/** A bulk job on a server with a real model: closed in the middle, gone on with, and held against /v1/embeddings. */
import { join } from "node:path";
import { disposeModel, initModel } from "@performer/performer";
import { randomKey } from "@performer/random";
import { EmbeddingsResponse, Job, ModelConfig } from "@performer/schema";
import { loadRuntime } from "@performer/tensorflow";
import { saveCheckpoint } from "@performer/training";
import { pino } from "pino";
import { expect, test } from "vitest";
import { serve } from "../../src/serve.ts";
import { isOver, manyRecords, temporaryFolder } from "./support.ts";

const root = join(import.meta.dirname, "../../../..");
const RECORDS = 400;

async function withServer(runs: string, use: (url: string) => Promise<void>): Promise<void> {
  const closing = new AbortController();
  const server = await serve({
    root,
    runsDirectory: runs,
    modelsDirectory: join(runs, "no-models"),
    port: 0,
    backend: "cpu",
    version: "0.0.0",
    requestsPerMinute: 0,
    logger: pino({ level: "silent" }),
    signal: closing.signal,
  });
  try {
    await use(server.url);
  } finally {
    closing.abort();
    await server.closed;
  }
}

async function untilJob(url: string, holds: (job: Job) => boolean): Promise<Job> {
  for (;;) {
    const job = Job.parse(await (await fetch(url)).json());
    if (holds(job)) return job;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("a job goes on after a restart of the server, and its vectors are those of POST /v1/embeddings", async () => {
  const runs = await temporaryFolder();
  await loadRuntime({ root, prefer: "cpu" });
  const config = ModelConfig.parse({
    maxLength: 128,
    embeddingSize: 8,
    numHeads: 2,
    numLayers: 2,
    feedForwardSize: 16,
    attention: { mechanism: "favor", numFeatures: 8 },
  });
  const model = initModel(config, randomKey(1));
  const directory = join(runs, "tiny", "checkpoints");
  await saveCheckpoint({ directory, name: "tiny", step: 2, model });
  disposeModel(model);

  const fasta = manyRecords(RECORDS);
  const headers = { "Content-Type": "text/x-fasta" };
  let address = "";
  await withServer(runs, async (url) => {
    const query = "layer=1&include=both";
    const sent = await fetch(`${url}/v1/jobs?${query}`, { method: "POST", headers, body: fasta });
    expect(sent.status).toBe(202);
    address = Job.parse(await sent.json()).links.self;
    await untilJob(`${url}${address}`, ({ records }) => records.done > 0);
  });
  await withServer(runs, async (url) => {
    const job = await untilJob(`${url}${address}`, isOver);
    expect(job).toMatchObject({ state: "done", records: { total: RECORDS, refused: 0 } });
    const text = await (await fetch(`${url}${job.links.result}`)).text();
    const lines = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(RECORDS + 2);
    expect(lines[0]).toMatchObject({ type: "model", fingerprint: job.fingerprint, layer: 1 });

    const few = fasta.split(/(?=>)/).slice(180, 200).join("");
    const asked = await fetch(`${url}/v1/embeddings?layer=1`, {
      method: "POST",
      headers,
      body: few,
    });
    const { embeddings } = EmbeddingsResponse.parse(await asked.json());
    expect(embeddings).toHaveLength(20);
    for (const [i, { accession, residues = [], mean = [] }] of embeddings.entries()) {
      const line = lines[1 + 180 + i];
      expect(line.accession).toBe(accession);
      // what shares a batch may change the last bits
      for (const [row, vector] of [...residues, mean].entries()) {
        const other = row < residues.length ? line.residues[row] : line.mean;
        for (const [axis, value] of vector.entries()) expect(other[axis]).toBeCloseTo(value, 5);
      }
    }
  });
}, 120_000);
