import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { RunEvent } from "@performer/schema";
import request from "supertest";
import { describe, expect, it } from "vitest";
import type { NumberedRunEvent, RunsReader } from "../src/ports.ts";
import { fakeApp, fakeRuns, runEvents } from "./fakes.ts";

/** Ids and data of the messages of a stream. */
function parseStream(text: string): { id: number; event: RunEvent }[] {
  return [...text.matchAll(/^id: (\d+)\ndata: (.*)\n\n/gm)].map(([, id, data]) => ({
    id: Number(id),
    event: RunEvent.parse(JSON.parse(data ?? "")),
  }));
}

describe("GET /v1/runs/:id/events", () => {
  it("sends every line with its number as id, then ends with the run", async () => {
    const response = await request(fakeApp()).get("/v1/runs/demo/events").expect(200);
    expect(response.type).toBe("text/event-stream");
    expect(parseStream(response.text)).toEqual(runEvents.map((event, i) => ({ id: i + 1, event })));
  });

  it("goes on after Last-Event-ID", async () => {
    const response = await request(fakeApp()).get("/v1/runs/demo/events").set("Last-Event-ID", "2");
    expect(parseStream(response.text).map(({ id }) => id)).toEqual([3]);
  });

  it("answers 204 after the last line of an ended run, so that a browser stops asking", async () => {
    await request(fakeApp()).get("/v1/runs/demo/events").set("Last-Event-ID", "3").expect(204);
  });

  it("refuses an unknown run and an id that is no line number", async () => {
    const unknown = await request(fakeApp()).get("/v1/runs/nope/events").expect(404);
    expect(unknown.body).toMatchObject({ status: 404, field: "id" });
    const wrong = await request(fakeApp()).get("/v1/runs/demo/events").set("Last-Event-ID", "x");
    expect(wrong.status).toBe(400);
    expect(wrong.body).toMatchObject({ field: "Last-Event-ID" });
  });
});

/** A run that never ends: yields one line, then waits until the reader leaves. */
function endlessRuns(): RunsReader & { left: Promise<void> } {
  let leave = () => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  return {
    ...fakeRuns,
    left,
    follow: async (_id, { signal }) =>
      (async function* (): AsyncGenerator<NumberedRunEvent> {
        yield { line: 1, event: runEvents[0] as RunEvent };
        if (!signal.aborted) await once(signal, "abort");
        leave();
      })(),
  };
}

async function listening(app: ReturnType<typeof fakeApp>) {
  const server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { server, url };
}

describe("a live event stream", () => {
  it("is live: the first line arrives while the run goes on, and reading ends when the client leaves", async () => {
    const runs = endlessRuns();
    const { server, url } = await listening(fakeApp({ runs }));
    const client = new AbortController();
    const response = await fetch(`${url}/v1/runs/demo/events`, { signal: client.signal });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.includes("data:")) text += (await reader?.read())?.value ?? "";
    expect(parseStream(text).map(({ id }) => id)).toEqual([1]);
    client.abort();
    await runs.left;
    server.close();
  });

  it("ends when the server closes", async () => {
    const closing = new AbortController();
    const { server, url } = await listening(
      fakeApp({ runs: endlessRuns(), signal: closing.signal }),
    );
    const response = await fetch(`${url}/v1/runs/demo/events`);
    closing.abort();
    expect(parseStream(await response.text()).map(({ id }) => id)).toEqual([1]);
    server.close();
  });

  it("is refused past the limit of streams, with Retry-After", async () => {
    const { server, url } = await listening(fakeApp({ runs: endlessRuns(), streamLimit: 1 }));
    const client = new AbortController();
    await fetch(`${url}/v1/runs/demo/events`, { signal: client.signal });
    const refused = await fetch(`${url}/v1/runs/demo/events`);
    expect(refused.status).toBe(429);
    expect(refused.headers.get("Retry-After")).toMatch(/^\d+$/);
    expect(await refused.json()).toMatchObject({ limit: 1 });
    client.abort();
    server.close();
  });
});
