/** An upload may take its time as long as it keeps coming; a body that does not is cut with 408. */
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { Problem } from "@performer/schema";
import { expect, onTestFinished, test } from "vitest";
import { closeGracefully, listen } from "../../src/listen.ts";
import { appOf, isOver, openJobs, temporaryFolder, until } from "./support.ts";

const TIMES = { wholeMs: 300, pauseMs: 1_500 };

async function withServer() {
  const directory = await temporaryFolder();
  const experiments = await openJobs(directory);
  const app = appOf(experiments, { bodyTimes: TIMES });
  const { server, url } = await listen(app, { host: "127.0.0.1", port: 0 });
  onTestFinished(() => closeGracefully(server, 0));
  return { directory, experiments, url };
}

/** A body in pieces with pauses; without an end where `ends` is false. */
async function send(
  url: string,
  {
    type,
    pieces,
    pauseMs,
    ends = true,
  }: {
    readonly type: string;
    readonly pieces: readonly string[];
    readonly pauseMs: number;
    readonly ends?: boolean;
  },
): Promise<{ status: number | undefined; body: unknown }> {
  const sent = request(url, { method: "POST", headers: { "Content-Type": type } });
  sent.on("error", () => undefined); // what is written to a closed connection
  const answered = once(sent, "response") as Promise<[IncomingMessage]>;
  for (const piece of pieces) {
    sent.write(piece);
    await setTimeout(pauseMs);
  }
  if (ends) sent.end();
  const [response] = await answered;
  return { status: response.statusCode, body: await json(response) };
}

test("an upload that lasts far longer than other bodies may is taken whole", async () => {
  const { experiments, url } = await withServer();
  const pieces = Array.from({ length: 10 }, (_, i) => `>P${i}\nACD\n`);
  const options = { type: "text/x-fasta", pieces, pauseMs: TIMES.wholeMs / 2 };
  const { status, body } = await send(`${url}/v1/jobs`, options);
  expect(status).toBe(202);
  const job = await until(experiments, (body as { id: string }).id, isOver);
  expect(job).toMatchObject({ state: "done", records: { total: 10 } });
});

test.each([
  ["an upload that stops", "/v1/jobs", "text/x-fasta", ">a\nACD\n", TIMES.pauseMs],
  ["a body of another route", "/v1/embeddings", "application/json", "{", TIMES.wholeMs],
])(
  "%s gets 408 with how long was waited, and leaves nothing behind",
  async (_, path, type, piece, limit) => {
    const { directory, url } = await withServer();
    const options = { type, pieces: [piece], pauseMs: 0, ends: false };
    const { status, body } = await send(`${url}${path}`, options);
    expect(status).toBe(408);
    expect(Problem.parse(body)).toMatchObject({
      ...{ type: "urn:protein-performer:problem:body-too-slow", field: "body", limit },
    });
    await expect.poll(() => readdir(join(directory, "jobs"))).toEqual([]);
  },
);
