/**
 * The document is what the server does: every route stands in it, every answer is one that it allows,
 * and requests made from it, well-formed and not, never make the server fail.
 */
import "@tensorflow/tfjs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { disposeModel, initModel } from "@performer/performer";
import { encodeSequence } from "@performer/proteins";
import { randomKey } from "@performer/random";
import { ModelConfig } from "@performer/schema";
import { saveCheckpoint } from "@performer/training";
import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { pino } from "pino";
import request from "supertest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerJob } from "../src/compute/answer-job.ts";
import { loadModelReader } from "../src/compute/load-model-reader.ts";
import { createModelStore } from "../src/model-store.ts";
import type { OpenApiDocument } from "../src/openapi/document.ts";
import { fakeApp } from "./fakes.ts";
import { arbitraryOf, type JsonSchema } from "./support/arbitrary-of-schema.ts";
import { type Answer, createDocumentCheck } from "./support/documented.ts";

const SEED = 6;
/** Enough that each route that reads a body answers with 200, 400 and 422; a few seconds in all. */
const RUNS = { post: 200, get: 15 };
const config = ModelConfig.parse({
  maxLength: 48,
  embeddingSize: 8,
  numHeads: 2,
  numLayers: 2,
  feedForwardSize: 16,
  attention: { mechanism: "favor", numFeatures: 8 },
});

let app: ReturnType<typeof fakeApp>;
let store: ReturnType<typeof createModelStore>;
let document: OpenApiDocument;
let check: ReturnType<typeof createDocumentCheck>;

/** Two real models, small enough to be asked hundreds of times. */
beforeAll(async () => {
  await tf.setBackend("cpu");
  const runs = await mkdtemp(join(tmpdir(), "openapi-"));
  for (const direction of ["causal", "bidirectional"] as const) {
    const model = initModel({ ...config, direction }, randomKey(1));
    const directory = join(runs, direction, "checkpoints");
    await saveCheckpoint({ directory, name: direction, step: 1, model });
    disposeModel(model);
  }
  const sample = async () => ["MKTAYIAKQR", "ACDEFGHIKL"].map((each) => encodeSequence(each));
  store = createModelStore({
    folders: { runs },
    logger: pino({ level: "silent" }),
    async load(directory, summary) {
      const reader = await loadModelReader(directory, summary, { sample, libraries: null });
      return {
        summary,
        answer: (job, signal) => answerJob(reader, job, signal),
        dispose: () => void reader.dispose(),
      };
    },
  });
  app = fakeApp({ models: store });
  document = (await request(app).get("/openapi.json").expect(200)).body;
  check = createDocumentCheck(document);
});
afterAll(() => store.close());

interface Operation {
  readonly parameters?: readonly { in: string; name: string; schema: JsonSchema }[];
  readonly requestBody?: { content: Record<string, { schema: JsonSchema }> };
}
const operationsOf = (paths: object) =>
  Object.entries(paths as Record<string, Record<string, Operation>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

interface Sent {
  readonly url: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

async function send(method: string, { url, headers = {}, body }: Sent): Promise<Answer> {
  const asked = request(app)[method as "get" | "post"](url).set(headers);
  const whole = asked.buffer(true).parse((stream, done) => {
    const parts: Buffer[] = [];
    stream.on("data", (part: Buffer) => parts.push(part));
    stream.on("end", () => done(null, Buffer.concat(parts)));
  });
  const response = await (body === undefined ? whole : whole.send(body as object));
  return { status: response.status, type: response.type, text: String(response.body) };
}

describe("the document", () => {
  it("is OpenAPI 3.1 with every address of the API, each under its methods", () => {
    expect(document.openapi).toBe("3.1.0");
    const listed = operationsOf(document.paths ?? {}).map(
      ({ path, method }) => `${method} ${path}`,
    );
    expect(listed.sort()).toMatchInlineSnapshot(`
      [
        "get /health",
        "get /metrics",
        "get /ready",
        "get /v1/models",
        "get /v1/models/{id}",
        "get /v1/runs",
        "get /v1/runs/{id}/events",
        "get /v1/similarity",
        "post /v1/attention",
        "post /v1/embeddings",
        "post /v1/generate",
        "post /v1/logits",
        "post /v1/mutations",
      ]
    `);
  });

  it("names no schema that is not there", () => {
    const references = [
      ...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g),
    ];
    expect(references.length).toBeGreaterThan(20);
    for (const [, name = ""] of references) {
      expect(document.components?.schemas).toHaveProperty(name);
    }
  });

  it("is shown at /docs by files of this server alone", async () => {
    const page = await request(app).get("/docs").expect(200);
    const named = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? "");
    expect(named).toHaveLength(4);
    for (const url of named) {
      expect(url).toMatch(/^\/docs\//);
      await request(app).get(url).expect(200);
    }
    expect(page.text).not.toMatch(/<script>|<style>|\son\w+=/);
    expect(page.headers["content-security-policy"]).toContain("script-src 'self'");
  });
});

describe("answers", () => {
  const sequence = "MKTAYIAKQR";
  it.each<[string, string, Sent]>([
    ["post", "/v1/embeddings", { url: "/v1/embeddings", body: { sequence } }],
    [
      "post",
      "/v1/embeddings",
      { url: "/v1/embeddings", body: { sequence }, headers: { Accept: "application/x-ndjson" } },
    ],
    ["post", "/v1/attention", { url: "/v1/attention", body: { sequence, maxSize: 3 } }],
    ["post", "/v1/logits", { url: "/v1/logits", body: { sequence, tokens: "all" } }],
    ["post", "/v1/mutations", { url: "/v1/mutations", body: { sequence } }],
    ["post", "/v1/mutations", { url: "/v1/mutations", body: { sequence, dryRun: true } }],
    [
      "post",
      "/v1/mutations",
      { url: "/v1/mutations", body: { sequence }, headers: { Accept: "application/x-ndjson" } },
    ],
    ["post", "/v1/generate", { url: "/v1/generate", body: { model: "causal", maxLength: 9 } }],
    ["get", "/v1/similarity", { url: "/v1/similarity?model=bidirectional" }],
    ["get", "/v1/models", { url: "/v1/models" }],
    ["get", "/v1/models/{id}", { url: "/v1/models/causal" }],
    ["get", "/v1/runs", { url: "/v1/runs" }],
    ["get", "/v1/runs/{id}/events", { url: "/v1/runs/demo/events" }],
    ["get", "/health", { url: "/health" }],
    ["get", "/ready", { url: "/ready" }],
    ["get", "/metrics", { url: "/metrics" }],
  ])("of %s %s are as the document has them", async (method, path, sent) => {
    const answer = await send(method, sent);
    expect(answer.status).toBe(200);
    expect(check(path, method, answer)).toBeUndefined();
  });

  it("the check itself sees an answer that is not documented", () => {
    const type = "application/json";
    expect(check("/health", "get", { status: 200, type, text: '{"status":"ok"}' })).toContain(
      "backend",
    );
    expect(check("/health", "get", { status: 418, type, text: "{}" })).toContain("418");
  });
});

it("requests made from the document, well-formed and not, get documented answers and never a 5xx", {
  timeout: 180_000,
}, async () => {
  const resolve = (reference: string) =>
    document.components?.schemas?.[reference.split("/").at(-1) ?? ""] as JsonSchema;
  const reached = new Set<string>();
  for (const { path, method, operation } of operationsOf(document.paths ?? {})) {
    const parameter = (place: string) =>
      fc.record(
        Object.fromEntries(
          (operation.parameters ?? [])
            // a deadline of a millisecond is answered by 504, as its client wished
            .filter((each) => each.in === place && each.name !== "X-Deadline-Ms")
            .map(({ name, schema }) => [name, arbitraryOf(schema, resolve)]),
        ),
        { requiredKeys: [] },
      );
    const body = operation.requestBody?.content["application/json"]?.schema;
    const requests = fc.record({
      path: parameter("path"),
      query: parameter("query"),
      body: body ? arbitraryOf(body, resolve) : fc.constant(undefined),
      model: fc.constantFrom("causal", "bidirectional", undefined),
      accept: fc.constantFrom(
        ...Array(8).fill("*/*"),
        "application/x-ndjson",
        "text/event-stream",
        "image/png",
      ),
    });
    await fc.assert(
      fc.asyncProperty(requests, async (made) => {
        const url = path.replace(/\{(\w+)\}/, (_, name) =>
          encodeURIComponent(String((made.path as Record<string, unknown>)[name] || "x")),
        );
        const query = new URLSearchParams(
          Object.entries(method === "get" ? made.query : {}).map(([key, value]) => [
            key,
            typeof value === "string" ? value : JSON.stringify(value),
          ]),
        );
        const isRecord = typeof made.body === "object" && made.body && !Array.isArray(made.body);
        const sent = {
          url: `${url}?${query}`,
          headers: { Accept: made.accept, "Content-Type": "application/json" },
          ...(body && {
            body: JSON.stringify(
              // a model that there is, or nearly every request would end at its name
              isRecord ? { ...(made.body as object), model: made.model } : made.body,
            ),
          }),
        };
        const answer = await send(method, sent);
        expect(answer.status, `${method} ${sent.url} ${sent.body}: ${answer.text}`).toBeLessThan(
          500,
        );
        expect(check(path, method, answer), `${method} ${sent.url} ${sent.body}`).toBeUndefined();
        reached.add(`${path} ${answer.status}`);
      }),
      { seed: SEED, numRuns: RUNS[method as keyof typeof RUNS], endOnFailure: true },
    );
  }
  // fuzzing that gets no further than the first check proves nothing
  for (const path of ["embeddings", "attention", "logits", "mutations", "generate"]) {
    expect([...reached]).toEqual(
      expect.arrayContaining([`/v1/${path} 200`, `/v1/${path} 400`, `/v1/${path} 422`]),
    );
  }
});
