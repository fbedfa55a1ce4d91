/** What a server that runs for months meets, each against the real one: compute thread, sockets, files. */
import { once } from "node:events";
import { mkdtemp, rename } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { embedSequences } from "@performer/interpret";
import { disposeModel, initModel } from "@performer/performer";
import { encodeSequence } from "@performer/proteins";
import { randomKey } from "@performer/random";
import { EmbeddingsResponse, ModelConfig } from "@performer/schema";
import { loadRuntime } from "@performer/tensorflow";
import { modelFingerprint, readManifest, saveCheckpoint } from "@performer/training";
import { pino } from "pino";
import { beforeAll, describe, expect, it } from "vitest";
import { closeGracefully, listen } from "../src/listen.ts";
import { type RunningServer, type ServeOptions, serve } from "../src/serve.ts";
import { fakeApp } from "./fakes.ts";

const root = join(import.meta.dirname, "../../..");
const config = ModelConfig.parse({
  maxLength: 512,
  embeddingSize: 32,
  numHeads: 4,
  numLayers: 2,
  feedForwardSize: 64,
  attention: { mechanism: "favor", numFeatures: 16 },
});
const SEQUENCE = "MKTAYIAKQR";

beforeAll(() => loadRuntime({ root, prefer: "cpu" }));

/** A run with one checkpoint. @param seed of its weights. */
async function saveRun(seed: number): Promise<{ runs: string; checkpoint: string }> {
  const runs = await mkdtemp(join(tmpdir(), "faults-"));
  const model = initModel(config, randomKey(seed));
  const directory = join(runs, "tiny", "checkpoints");
  const checkpoint = await saveCheckpoint({ directory, name: "tiny", step: 1, model });
  disposeModel(model);
  return { runs, checkpoint };
}

async function withServer(
  runsDirectory: string,
  use: (url: string, closing: AbortController, server: RunningServer) => Promise<void>,
  options: Partial<ServeOptions> = {},
): Promise<void> {
  const closing = new AbortController();
  const server = await serve({
    ...{ root, runsDirectory, port: 0, backend: "cpu", version: "1.2.3", requestsPerMinute: 0 },
    ...{ logger: pino({ level: "silent" }), signal: closing.signal },
    modelsDirectory: join(runsDirectory, "no-models"),
    ...options,
  });
  try {
    await use(server.url, closing, server);
  } finally {
    closing.abort();
    await server.closed;
  }
}

const post = (url: string, body: object, init: RequestInit = {}) =>
  fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    ...init,
  });

/** Milliseconds of each answer of /health until `work` is done, and of the work. */
async function healthDuring(url: string, work: () => Promise<unknown>) {
  const latencies: number[] = [];
  let isDone = false;
  const startedAt = performance.now();
  const working = work().finally(() => {
    isDone = true;
  });
  while (!isDone) {
    const askedAt = performance.now();
    expect((await fetch(`${url}/health`)).status).toBe(200);
    latencies.push(performance.now() - askedAt);
    await setTimeout(5);
  }
  await working;
  latencies.sort((a, b) => a - b);
  return { latencies, workMs: performance.now() - startedAt };
}

describe("the largest requests", () => {
  it.each([
    ["attention", "attention", { sequence: SEQUENCE.repeat(25) }],
    ["masked marginals", "mutations", { sequence: SEQUENCE.repeat(9), method: "masked-marginals" }],
  ])(
    "%s, computed without TensorFlow: /health does not wait for them",
    async (_what, path, body) => {
      const { runs } = await saveRun(1);
      await withServer(runs, async (url) => {
        const { latencies, workMs } = await healthDuring(url, async () => {
          const response = await post(`${url}/v1/${path}`, body);
          expect(response.status).toBe(200);
          for await (const _ of response.body ?? []);
        });
        // on the loop of the server the work would be one pause, or a few, and answers as few
        const p99 = latencies[Math.floor(0.99 * latencies.length)] as number;
        expect(latencies.length).toBeGreaterThan(20);
        expect(p99, `of ${latencies.length} answers in ${workMs} ms`).toBeLessThan(workMs / 5);
      });
    },
  );
});

describe("a checkpoint replaced while serving", () => {
  it("every answer is whole, and its numbers are those of the weights that its fingerprint names", async () => {
    const [first, second] = [await saveRun(1), await saveRun(2)];
    const expected = new Map<string, Float32Array>();
    for (const [seed, { checkpoint }] of [first, second].entries()) {
      const model = initModel(config, randomKey(seed + 1));
      const [embedding] = await embedSequences(model, [encodeSequence(SEQUENCE)]);
      const fingerprint = modelFingerprint(checkpoint, await readManifest(checkpoint));
      expected.set(fingerprint, embedding?.mean ?? new Float32Array());
      disposeModel(model);
    }
    await withServer(first.runs, async (url) => {
      const seen = new Set<string>();
      const ask = async () => {
        const response = await post(`${url}/v1/embeddings`, {
          sequence: SEQUENCE,
          include: "mean",
        });
        expect(response.status).toBe(200);
        const { fingerprint, embeddings } = EmbeddingsResponse.parse(await response.json());
        const mean = expected.get(fingerprint);
        const error = embeddings[0]?.mean?.map((x, e) => Math.abs(x - (mean?.[e] ?? Number.NaN)));
        expect(Math.max(...(error ?? [Number.NaN]))).toBeLessThan(1e-5);
        seen.add(fingerprint);
      };
      await ask();
      await rename(first.checkpoint, `${first.runs}/away`);
      await Promise.all([ask(), ask(), ask()]);
      await rename(second.checkpoint, first.checkpoint);
      await expect.poll(() => ask().then(() => seen.size), { timeout: 20_000 }).toBe(2);
    });
  });
});

describe("clients", () => {
  it("that leave in the middle of their streams leave nothing behind, and others are answered", async () => {
    const { runs } = await saveRun(1);
    await withServer(runs, async (url) => {
      const body = { sequence: SEQUENCE.repeat(15), method: "masked-marginals" };
      for (let i = 0; i < 3; i++) {
        const client = new AbortController();
        const response = await post(`${url}/v1/mutations`, body, {
          signal: client.signal,
          headers: { "Content-Type": "application/json", Accept: "application/x-ndjson" },
        });
        await response.body?.getReader().read();
        client.abort();
      }
      const next = await post(`${url}/v1/embeddings`, { sequence: SEQUENCE });
      expect(next.status).toBe(200);
      const queues = async () => {
        const text = await (await fetch(`${url}/metrics`)).text();
        return [...text.matchAll(/^performer_queue_length\{.*\} (\d+)$/gm)].map(([, n]) => n);
      };
      await expect.poll(queues, { timeout: 20_000 }).toEqual(["0", "0", "0"]);
    });
  });

  it("a thousand that send their request a byte at a time are cut off; others are answered meanwhile", async () => {
    const timeouts = {
      ...{ headersTimeout: 1_000, requestTimeout: 1_500 },
      ...{ keepAliveTimeout: 1_000, connectionsCheckingInterval: 100 },
    };
    const { server, url } = await listen(fakeApp(), { host: "127.0.0.1", port: 0, timeouts });
    const port = Number(new URL(url).port);
    const opened: Promise<Socket>[] = Array.from({ length: 1000 }, async () => {
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => undefined); // a cut connection may be reset
      await once(socket, "connect");
      return socket;
    });
    const sockets = await Promise.all(opened);
    const closed = Promise.all(sockets.map((socket) => once(socket, "close")));
    const head = "POST /v1/embeddings HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    let sent = 0;
    const trickle = setInterval(() => {
      for (const socket of sockets) if (socket.writable) socket.write(head[sent] ?? "x");
      sent++;
    }, 100);
    for (const socket of sockets) socket.resume();
    for (let i = 0; i < 10; i++) {
      expect((await fetch(`${url}/health`)).status).toBe(200);
      const answer = await post(`${url}/v1/embeddings`, { sequence: SEQUENCE });
      expect(answer.status).toBe(200);
      await answer.arrayBuffer();
    }
    await closed;
    clearInterval(trickle);
    expect((await fetch(`${url}/health`)).status).toBe(200);
    await closeGracefully(server, 1000);
  });
});

describe("closing", () => {
  it("/ready says 503 first, what is in flight is answered whole, then nothing listens", async () => {
    const { runs } = await saveRun(1);
    await withServer(
      runs,
      async (url, closing, server) => {
        expect((await fetch(`${url}/ready`)).status).toBe(200);
        const body = { sequence: SEQUENCE.repeat(4), method: "masked-marginals" };
        const inFlight = post(`${url}/v1/mutations`, body);
        await setTimeout(100);
        closing.abort();
        await expect
          .poll(async () => (await fetch(`${url}/ready`)).status, { timeout: 2_000, interval: 20 })
          .toBe(503);
        expect((await fetch(`${url}/health`)).status).toBe(200);
        const answer = (await (await inFlight).json()) as { scores: unknown[] };
        expect(answer.scores).toHaveLength(40);
        await server.closed;
        await expect(fetch(`${url}/health`)).rejects.toThrow();
      },
      { drainMs: 3_000 },
    );
  });
});
