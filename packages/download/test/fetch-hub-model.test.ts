/** Models of the hub from servers that answer as it does, and from ones that fail: what arrives is what the hub says. */
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FetchHubModelOptions, fetchHubModel } from "@performer/download";
import { HUB, HUB_MODELS } from "@performer/download/models";
import { expect, onTestFinished, test } from "vitest";

const model = { repository: "owner/name", revision: "c".repeat(40) };
const CONFIG = Buffer.from('{"model_type": "esm"}\n');
const WEIGHTS = randomBytes(300_000);
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const blobSha1 = (bytes: Uint8Array) =>
  createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");

interface HubServer {
  readonly base: string;
  /** "METHOD path" and the range asked for, in order. */
  readonly requests: string[];
  /** What stands in for the answer to a GET of the weights, once each. */
  readonly answers: ((response: ServerResponse, request: IncomingMessage) => void)[];
  /** In place of the true headers of the weights. */
  claimed: Record<string, string>;
}

/** As the hub does: small files by a redirect within it, large ones by one to another store. */
async function startHub(): Promise<HubServer> {
  const path = `/owner/name/resolve/${model.revision}`;
  const hub: HubServer & { base: string } = { base: "", requests: [], answers: [], claimed: {} };
  const server = createServer((request, response) => {
    const { method = "", url = "", headers } = request;
    hub.requests.push(`${method} ${url}${headers.range ? ` ${headers.range}` : ""}`);
    const commit = { "X-Repo-Commit": model.revision };
    if (url === `${path}/config.json`) {
      response.writeHead(307, { Location: `/cache/config.json`, ...commit }).end();
    } else if (url === "/cache/config.json") {
      const etag = `"${blobSha1(CONFIG)}"`;
      response.writeHead(200, { ETag: etag, "Content-Length": CONFIG.length, ...commit });
      response.end(method === "HEAD" ? undefined : CONFIG);
    } else if (url === `${path}/model.safetensors`) {
      const linked = {
        "X-Linked-ETag": `"${sha256(WEIGHTS)}"`,
        "X-Linked-Size": `${WEIGHTS.length}`,
      };
      response
        .writeHead(302, { Location: "/store/weights", ...commit, ...linked, ...hub.claimed })
        .end();
    } else if (url === "/store/weights") {
      const answer = hub.answers.shift() ?? sendWeights;
      answer(response, request);
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  hub.base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return hub;
}

function sendWeights(response: ServerResponse, { headers }: IncomingMessage): void {
  const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0);
  const part = WEIGHTS.subarray(start);
  const range = { "Content-Range": `bytes ${start}-${WEIGHTS.length - 1}/${WEIGHTS.length}` };
  response.writeHead(start > 0 ? 206 : 200, {
    ...{ ETag: '"store"', "Content-Length": part.length },
    ...(start > 0 && range),
  });
  response.end(part);
}

/** Says the whole length and ends the connection after `end` bytes. */
const cutAt = (end: number) => (response: ServerResponse) => {
  response.writeHead(200, { ETag: '"store"', "Content-Length": WEIGHTS.length });
  response.write(WEIGHTS.subarray(0, end));
  // fetch throws away what it has not handed over when a connection breaks
  setTimeout(() => response.destroy(), 200);
};

async function situation(more: Partial<FetchHubModelOptions> = {}) {
  const hub = await startHub();
  const folder = await mkdtemp(join(tmpdir(), "performer-hub-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const fetchIt = (changes: Partial<FetchHubModelOptions> = {}) =>
    fetchHubModel({
      ...{ model, folder, hub: hub.base, option: "--hub", stallMs: 5_000 },
      files: ["config.json", "model.safetensors"],
      retry: { attempts: 2, firstWaitMs: 1, longestWaitMs: 10 },
      ...more,
      ...changes,
    });
  return { hub, folder, fetchIt };
}

const filesIn = async (folder: string) =>
  (await readdir(folder)).filter((name) => name !== ".lock").sort();

test("files arrive whole, small ones held against git's SHA-1 and large ones against SHA-256", async () => {
  const { folder, fetchIt } = await situation();
  await fetchIt();
  expect(await filesIn(folder)).toEqual(["config.json", "model.safetensors"]);
  expect(await readFile(join(folder, "config.json"))).toEqual(CONFIG);
  expect(await readFile(join(folder, "model.safetensors"))).toEqual(WEIGHTS);
});

test("what is whole is not fetched again; what was changed since is", async () => {
  const { hub, folder, fetchIt } = await situation();
  await fetchIt();
  await writeFile(join(folder, "config.json"), Buffer.alloc(CONFIG.length));
  hub.requests.length = 0;
  await fetchIt();
  expect(
    hub.requests.filter((line) => line.startsWith("GET /store") || line.startsWith("GET /cache")),
  ).toEqual(["GET /cache/config.json"]);
  expect(await readFile(join(folder, "config.json"))).toEqual(CONFIG);
});

test("a dropped connection is gone on with by a range, in this run", async () => {
  const { hub, folder, fetchIt } = await situation();
  hub.answers.push(cutAt(100_000));
  await fetchIt();
  expect(hub.requests.at(-1)).toBe("GET /store/weights bytes=100000-");
  expect(await readFile(join(folder, "model.safetensors"))).toEqual(WEIGHTS);
});

test("a run that gave up is gone on with by the next", async () => {
  const { hub, folder, fetchIt } = await situation();
  hub.answers.push(cutAt(50_000), (response) => response.writeHead(503).end());
  const once = { retry: { attempts: 1, firstWaitMs: 1, longestWaitMs: 1 } };
  await expect(fetchIt(once)).rejects.toThrow("stopped");
  expect(await filesIn(folder)).toContain("model.safetensors.partial");
  hub.answers.length = 0;
  await fetchIt();
  expect(hub.requests.at(-1)).toBe("GET /store/weights bytes=50000-");
  expect(await readFile(join(folder, "model.safetensors"))).toEqual(WEIGHTS);
});

test("bytes that are not what the hub says are removed and named", async () => {
  const { hub, folder, fetchIt } = await situation();
  hub.answers.push((response) => {
    response.writeHead(200, { "Content-Length": WEIGHTS.length });
    response.end(Buffer.alloc(WEIGHTS.length));
  });
  await expect(fetchIt()).rejects.toThrow(
    `with sha256 ${sha256(WEIGHTS)} as the hub says, got other bytes`,
  );
  expect(await filesIn(folder)).toEqual(["config.json"]);
});

test.each([
  [
    "a checksum of an unknown kind",
    { "X-Linked-ETag": '"abc"' },
    "by which nothing can be checked",
  ],
  ["another commit", { "X-Repo-Commit": "d".repeat(40) }, `got ${"d".repeat(40)}`],
  ["no size", { "X-Linked-Size": "" }, "expected"],
])("%s is refused with the option that names the hub", async (_what, claimed, message) => {
  const { hub, fetchIt } = await situation();
  hub.claimed = claimed;
  const failure = await fetchIt().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Error);
  expect((failure as Error).message).toContain(message);
  expect((failure as Error).message).toContain("--hub");
});

test("a file that the hub does not have is named", async () => {
  const { fetchIt } = await situation();
  await expect(fetchIt({ files: ["vocab.txt"] })).rejects.toThrow(
    /vocab\.txt to answer .* got 404/,
  );
});

test("redirects without end are refused", async () => {
  const server = createServer((_, response) =>
    response.writeHead(307, { Location: "/again" }).end(),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { fetchIt } = await situation();
  const hub = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await expect(fetchIt({ hub })).rejects.toThrow("more than 5 redirects");
});

test("one process at a time works in a folder", async () => {
  const { hub, fetchIt } = await situation();
  hub.answers.push((response, request) => setTimeout(() => sendWeights(response, request), 500));
  const first = fetchIt();
  await new Promise((resolve) => setTimeout(resolve, 150));
  await expect(fetchIt()).rejects.toThrow("held by");
  await first;
});

test("every model that can be named is pinned to a commit of the public hub", () => {
  expect(new URL(HUB).protocol).toBe("https:");
  for (const { repository, revision } of Object.values(HUB_MODELS)) {
    expect(repository).toMatch(/^facebook\/esm2_t\d+_\d+M_UR50D$/);
    expect(revision).toMatch(/^[0-9a-f]{40}$/);
  }
});
