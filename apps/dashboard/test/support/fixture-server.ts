/**
 * The routes of apps/api with made-up answers, and the built dashboard beside them under the same
 * content security policy. It tests the dashboard alone: its states, and events at chosen moments.
 */
import { createReadStream, existsSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { buffer, text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type {
  AttentionRequest,
  AttentionResponse,
  EmbeddingsRequest,
  EmbeddingsResponse,
  Job,
  ModelSummary,
  MutationsRequest,
  MutationsResponse,
  RunEvent,
  RunSummary,
  SimilarityResponse,
} from "@performer/schema";
import { modelDetails } from "./fixture-data.ts";
import { answerJobs } from "./fixture-jobs.ts";
import { Refusal } from "./refusal.ts";

const DIST = fileURLToPath(new URL("../../dist", import.meta.url));

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".wasm": "application/wasm",
};

/** What the dashboard needs, and no more. */
const SECURITY_POLICY =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; worker-src 'self'; object-src 'none'; base-uri 'none'";

const RECONNECT_MS = 50;

export interface FixtureRun {
  summary: RunSummary;
  readonly events: RunEvent[];
}

/** What the server answers; change it between requests. A function may throw to refuse. */
export interface FixtureAnswers {
  /** The API key that questions must carry; none without. */
  key?: string;
  models: ModelSummary[];
  runs: FixtureRun[];
  /** Newest first. */
  readonly jobs: Job[];
  /** Bodies of the jobs that were sent, oldest first. */
  readonly uploads: Buffer[];
  attention: (asked: AttentionRequest) => AttentionResponse;
  mutations: (asked: MutationsRequest) => MutationsResponse;
  embeddings: (asked: EmbeddingsRequest) => EmbeddingsResponse;
  /** @param model as it was asked for. */
  similarity: (model: string) => SimilarityResponse;
}

export interface FixtureServer {
  readonly url: string;
  readonly answers: FixtureAnswers;
  /** Adds events to a run and sends them down its open streams. */
  push(runId: string, events: readonly RunEvent[]): void;
  /** Cuts every open stream, as a restarted server would. */
  cutStreams(): void;
  close(): Promise<void>;
}

export async function startFixtureServer(answers: FixtureAnswers): Promise<FixtureServer> {
  if (!existsSync(join(DIST, "index.html"))) {
    throw new Error(
      "startFixtureServer: expected a built dashboard, got none; run: npx vite build apps/dashboard",
    );
  }
  const streams = new Map<ServerResponse, FixtureRun>();
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://fixture");
    const runId = /^\/v1\/runs\/([^/]+)\/events$/.exec(url.pathname)?.[1];
    try {
      if (url.pathname.startsWith("/v1/")) assertKey(request, answers.key);
      if (runId !== undefined) {
        const run = answers.runs.find(({ summary }) => summary.id === decodeURIComponent(runId));
        if (run === undefined) throw new Refusal(404, "There is no such run", "see /v1/runs");
        openStream(response, run, Number(request.headers["last-event-id"] ?? 0), streams);
      } else if (url.pathname.startsWith("/v1/jobs")) {
        const { method = "GET" } = request;
        answerJobs(answers, { method, url, body: await buffer(request) }, response);
      } else if (url.pathname.startsWith("/v1/")) {
        sendJson(response, 200, answer(answers, url, await text(request)));
      } else {
        sendFile(response, url.pathname);
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status, title, message: detail } = error;
      sendJson(response, status, { type: "urn:fixture:refusal", title, status, detail });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answers,
    push(runId, events) {
      const run = answers.runs.find(({ summary }) => summary.id === runId);
      if (run === undefined) throw new Error(`push: expected a run of the fixture, got ${runId}`);
      const firstLine = run.events.length + 1;
      run.events.push(...events);
      for (const [response, followed] of streams) {
        if (followed !== run) continue;
        writeEvents(response, events, firstLine);
        if (run.events.at(-1)?.type === "end") response.end();
      }
    },
    cutStreams() {
      for (const response of streams.keys()) response.destroy();
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function assertKey({ headers }: IncomingMessage, key: string | undefined): void {
  if (key === undefined || headers.authorization === `Bearer ${key}`) return;
  throw new Refusal(401, "This needs an API key", "send a key of this server");
}

function answer(answers: FixtureAnswers, url: URL, body: string): unknown {
  switch (url.pathname) {
    case "/v1/models":
      return { models: answers.models };
    case "/v1/runs":
      return { runs: answers.runs.map(({ summary }) => summary) };
    case "/v1/attention":
      return answers.attention(JSON.parse(body));
    case "/v1/mutations":
      return answers.mutations(JSON.parse(body));
    case "/v1/embeddings":
      return answers.embeddings(JSON.parse(body));
    case "/v1/similarity":
      return answers.similarity(url.searchParams.get("model") ?? "");
    case `/v1/models/${encodeURIComponent(answers.models[0]?.id ?? "")}`:
      return modelDetails(answers.models[0] as ModelSummary);
    default:
      throw new Refusal(404, "There is nothing at this address", url.pathname);
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function sendFile(response: ServerResponse, path: string): void {
  const file = join(DIST, normalize(path === "/" ? "/index.html" : path));
  if (!existsSync(file)) throw new Refusal(404, "There is no such file", path);
  response.writeHead(200, {
    "content-type": CONTENT_TYPES[extname(file)] ?? "application/octet-stream",
    "content-security-policy": SECURITY_POLICY,
  });
  createReadStream(file).pipe(response);
}

function openStream(
  response: ServerResponse,
  run: FixtureRun,
  lastLine: number,
  streams: Map<ServerResponse, FixtureRun>,
): void {
  const missing = run.events.slice(lastLine);
  const ended = run.events.at(-1)?.type === "end";
  if (ended && missing.length === 0) {
    response.writeHead(204).end();
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(`retry: ${RECONNECT_MS}\n\n`);
  writeEvents(response, missing, lastLine + 1);
  if (ended) {
    response.end();
    return;
  }
  streams.set(response, run);
  response.on("close", () => streams.delete(response));
}

function writeEvents(
  response: ServerResponse,
  events: readonly RunEvent[],
  firstLine: number,
): void {
  events.forEach((event, index) => {
    response.write(`id: ${firstLine + index}\ndata: ${JSON.stringify(event)}\n\n`);
  });
}
