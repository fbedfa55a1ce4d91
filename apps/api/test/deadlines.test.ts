/** When the server stops working for a request: its deadline, or its client has left. */
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import request from "supertest";
import { describe, expect, it } from "vitest";
import type { ModelReader } from "../src/compute/model-reader.ts";
import { closeGracefully, listen } from "../src/listen.ts";
import { fakeApp, fakeModel, storeOf } from "./fakes.ts";

/** A model that is never done; it notes whether it was told to stop. */
function endlessModel() {
  const model = fakeModel();
  let isStopped = false;
  const embed: ModelReader["embed"] = async (_sequences, _layer, signal) => {
    await once(signal, "abort");
    isStopped = true;
    throw signal.reason;
  };
  return { model: { ...model, embed }, isStopped: () => isStopped };
}

describe("a deadline", () => {
  it("is the client's: past it the answer is a 504 problem, and the work is given up", async () => {
    const { model, isStopped } = endlessModel();
    const response = await request(fakeApp({ models: storeOf(model) }))
      .post("/v1/embeddings")
      .set("X-Deadline-Ms", "30")
      .send({ sequence: "MKT" })
      .expect(504);
    expect(response.body).toMatchObject({
      type: "urn:protein-performer:problem:deadline-exceeded",
      limit: 30,
    });
    expect(isStopped()).toBe(true);
  });

  it("is the server's where the client names none", async () => {
    const { model } = endlessModel();
    await request(fakeApp({ models: storeOf(model), deadlineMs: 20 }))
      .post("/v1/embeddings")
      .send({ sequence: "MKT" })
      .expect(504);
  });

  it("covers the wait for others: a request that waits its turn is answered in time", async () => {
    const slow = fakeModel({
      // biome-ignore lint/correctness/useYield: it has nothing to tell and takes its time
      async *mutations() {
        await setTimeout(300);
      },
    });
    const app = fakeApp({ models: storeOf(slow) });
    const body = { sequence: "MKT", method: "masked-marginals" };
    const first = request(app)
      .post("/v1/mutations")
      .send(body)
      .then((answer) => answer);
    const second = await request(app).post("/v1/mutations").set("X-Deadline-Ms", "50").send(body);
    expect(second.status).toBe(504);
    expect((await first).status).toBe(200);
  });

  it.each(["0", "-1", "x", "1e3", "600001"])("of %s is refused", async (text) => {
    const response = await request(fakeApp())
      .post("/v1/embeddings")
      .set("X-Deadline-Ms", text)
      .send({ sequence: "MKT" });
    expect([response.status, response.body.field]).toEqual([400, "X-Deadline-Ms"]);
  });
});

describe("a client that leaves", () => {
  it("before the answer: the work is given up, and its place is free", async () => {
    const { model, isStopped } = endlessModel();
    const app = fakeApp({ models: storeOf(model), batchedLimit: 1 });
    const { server, url } = await listen(app, { host: "127.0.0.1", port: 0 });
    const client = new AbortController();
    const ask = (signal: AbortSignal, deadline: string) =>
      fetch(`${url}/v1/embeddings`, {
        method: "POST",
        signal,
        headers: { "Content-Type": "application/json", "X-Deadline-Ms": deadline },
        body: '{"sequence": "MKT"}',
      });
    const left = ask(client.signal, "60000").catch(() => "left");
    await expect.poll(async () => (await ask(AbortSignal.timeout(5000), "10")).status).toBe(429);
    client.abort();
    expect(await left).toBe("left");
    await expect.poll(isStopped).toBe(true);
    // the place is taken anew, until this one's own deadline
    expect((await ask(AbortSignal.timeout(5000), "10")).status).toBe(504);
    await closeGracefully(server, 1000);
  });

  it("in the middle of a stream: the generator behind it is closed, and others are answered", async () => {
    let isClosed = false;
    const model = fakeModel({
      async *mutations(_sequence, { positions }) {
        try {
          for (const position of positions) {
            yield { position, wildType: 0, wildTypeLogProb: 0, scores: new Float32Array(20) };
            await setTimeout(20);
          }
        } finally {
          isClosed = true;
        }
      },
    });
    const { server, url } = await listen(fakeApp({ models: storeOf(model) }), {
      host: "127.0.0.1",
      port: 0,
    });
    const client = new AbortController();
    const response = await fetch(`${url}/v1/mutations`, {
      method: "POST",
      signal: client.signal,
      headers: { "Content-Type": "application/json", Accept: "application/x-ndjson" },
      body: JSON.stringify({ sequence: "A".repeat(60), method: "masked-marginals" }),
    });
    const reader = response.body?.getReader();
    await reader?.read();
    client.abort();
    await expect.poll(() => isClosed, { timeout: 5000 }).toBe(true);
    const next = await fetch(`${url}/v1/mutations`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ sequence: "AC" }),
    });
    expect(next.status).toBe(200);
    await closeGracefully(server, 1000);
  });
});
