import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  HealthResponse,
  ModelDetails,
  ModelsResponse,
  Problem,
  ReadyResponse,
  RunsResponse,
  SimilarityResponse,
} from "@performer/schema";
import { pino } from "pino";
import request from "supertest";
import { describe, expect, it } from "vitest";
import { fakeApp, fakeModel, storeOf, summary } from "./fakes.ts";

describe("read-only routes", () => {
  it("GET /health names backend and model", async () => {
    const { body } = await request(fakeApp()).get("/health").expect(200);
    expect(HealthResponse.parse(body)).toMatchObject({ backend: "fake", model: summary.name });
  });

  it("GET /v1/models and GET /v1/runs keep their contracts", async () => {
    const models = await request(fakeApp()).get("/v1/models").expect(200);
    expect(ModelsResponse.parse(models.body).models.map(({ name }) => name)).toEqual([
      summary.name,
    ]);
    const runs = await request(fakeApp()).get("/v1/runs").expect(200);
    expect(RunsResponse.parse(runs.body).runs.map(({ id }) => id)).toEqual(["demo"]);
  });

  it("GET /v1/models/:id has the model by id or name, with its card", async () => {
    for (const id of ["demo", encodeURIComponent(summary.name)]) {
      const { body } = await request(fakeApp()).get(`/v1/models/${id}`).expect(200);
      expect(ModelDetails.parse(body)).toMatchObject({ name: summary.name, card: "# A model" });
    }
    const unknown = await request(fakeApp()).get("/v1/models/other").expect(404);
    expect(unknown.body).toMatchObject({ field: "id" });
  });

  it("GET /metrics counts requests by route, not by address, and the event loop's delay", async () => {
    const app = fakeApp();
    await request(app).post("/v1/embeddings").send({ sequence: "MKT" }).expect(200);
    await request(app).post("/v1/embeddings").send({ sequence: "1" }).expect(422);
    await request(app).get("/v1/models/demo").expect(200);
    await request(app).get("/no/such/address").expect(404);
    const { text, type } = await request(app).get("/metrics").expect(200);
    expect(type).toBe("text/plain");
    const counts = [...text.matchAll(/^performer_request_duration_seconds_count\{(.*)\} (\d+)$/gm)];
    expect(counts.map(([, labels, count]) => `${labels} ${count}`).sort()).toEqual([
      'method="GET",route="/v1/models/{id}",status="200" 1',
      'method="GET",route="other",status="404" 1',
      'method="POST",route="/v1/embeddings",status="200" 1',
      'method="POST",route="/v1/embeddings",status="422" 1',
    ]);
    expect(text).toMatch(/^performer_event_loop_lag_seconds\{quantile="0.99"\} \d/m);
    expect(text).toMatch(/^performer_queue_length\{queue="batched"\} 0$/m);
  });

  it("GET /ready names the model, and is 503 while the server drains", async () => {
    const { body } = await request(fakeApp()).get("/ready").expect(200);
    const { name: model, fingerprint } = summary;
    expect(ReadyResponse.parse(body)).toEqual({ status: "ready", model, fingerprint });
    const draining = await request(fakeApp({ isDraining: () => true }))
      .get("/ready")
      .expect(503);
    expect(draining.body.type).toBe("urn:protein-performer:problem:draining");
  });

  it("GET /v1/similarity computes once for concurrent requests", async () => {
    const model = fakeModel();
    const app = fakeApp({ models: storeOf(model) });
    const ask = () => request(app).get("/v1/similarity").expect(200);
    const [first] = await Promise.all([ask(), ask(), ask()]);
    expect(SimilarityResponse.parse(first?.body).model).toBe(summary.name);
    expect(model.calls.similarity).toBe(1);
  });
});

describe("without a model", () => {
  it.each(["POST /v1/attention", "POST /v1/embeddings", "GET /v1/similarity", "GET /ready"])(
    "%s answers 503 with Retry-After",
    async (address) => {
      const [method = "", path = ""] = address.split(" ");
      const asked = request(fakeApp({ models: storeOf(undefined) }));
      const response =
        method === "POST"
          ? await asked.post(path).send({ sequence: "MKT" })
          : await asked.get(path);
      expect(response.status).toBe(503);
      expect(response.headers["retry-after"]).toMatch(/^\d+$/);
      expect(Problem.parse(response.body).detail).toContain("npm run performer");
    },
  );

  it("GET /health is ok and names none", async () => {
    const { body } = await request(fakeApp({ models: storeOf(undefined) }))
      .get("/health")
      .expect(200);
    expect(body).toMatchObject({ status: "ok", model: null });
  });
});

describe("every answer", () => {
  const failing = {
    ...fakeModel(),
    similarity: async (): Promise<never> => {
      throw new Error(`ENOENT: no such file, open '${import.meta.filename}'`);
    },
  };
  const app = fakeApp({ models: storeOf(failing), dashboardDirectory: join(tmpdir(), "absent") });

  it.each([
    ["GET", "/nope", 404],
    ["GET", "/v1/nope", 404],
    ["GET", "/v1/similarity", 500],
    ["GET", "/v1/runs/%E0%A4%A/events", 400],
    ["GET", "/v1/runs/..%2F..%2Fetc/events", 404],
    ["GET", "/%2e%2e/%2e%2e/etc/passwd", 404],
    ["GET", "/assets/..%2f..%2fpackage.json", 404],
    ["DELETE", "/v1/models", 405],
    ["GET", "/v1/embeddings", 405],
    ["HEAD", "/v1/runs/demo/events", 405],
  ])("%s %s fails as a problem document, without path or stack", async (method, path, status) => {
    const response = await request(app)[method.toLowerCase() as "get"](path);
    expect(response.status).toBe(status);
    expect(response.type).toBe("application/problem+json");
    if (method === "HEAD") return;
    expect(Problem.parse(response.body).status).toBe(status);
    expect(response.text).not.toMatch(/node_modules|\.ts\b|\.js\b|ENOENT|\n\s+at |\/tmp|\/etc/);
    expect(response.text).not.toContain(import.meta.dirname);
  });

  it("names the methods that an address takes", async () => {
    const response = await request(app).get("/v1/embeddings");
    expect(response.headers["allow"]).toBe("POST");
  });

  it("carries the security headers and a request id, and does not name its software", async () => {
    const { headers } = await request(app).get("/health");
    expect(headers["content-security-policy"]).toContain("default-src 'self'");
    expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    expect(headers["content-security-policy"]).not.toContain("'unsafe-eval'");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
    const echoed = await request(app).get("/health").set("X-Request-Id", "lab-17");
    expect(echoed.headers["x-request-id"]).toBe("lab-17");
    const unfit = await request(app).get("/health").set("X-Request-Id", "a b\t{}");
    expect(unfit.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers).not.toHaveProperty("x-powered-by");
    expect(headers).not.toHaveProperty("strict-transport-security");
  });
});

describe("the request log", () => {
  it("has a line a request, and no sequence in it", async () => {
    const lines: string[] = [];
    const logger = pino({}, { write: (line: string) => lines.push(line) });
    const app = fakeApp({ logger });
    await request(app).post("/v1/attention").send({ sequence: "MKMSRLCLSV" }).expect(200);
    await request(app).post("/v1/embeddings").send({ sequence: "MKMSRLCLSV" }).expect(200);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { method: "POST", path: "/v1/attention", status: 200 },
      { method: "POST", path: "/v1/embeddings", status: 200 },
    ]);
    expect(lines.join()).not.toContain("MKMSRLCLSV");
  });
});

describe("the dashboard", () => {
  it("is index.html for every page address, and never for an API address or a missing file", async () => {
    const dashboardDirectory = await mkdtemp(join(tmpdir(), "dashboard-"));
    await writeFile(join(dashboardDirectory, "index.html"), "<p>dashboard</p>");
    const app = fakeApp({ dashboardDirectory });
    for (const path of ["/", "/runs/demo"]) {
      const response = await request(app).get(path).set("Accept", "text/html").redirects(1);
      expect(response.text).toBe("<p>dashboard</p>");
      expect(response.headers["cache-control"]).toBe("no-cache");
    }
    await request(app).get("/v1/nope").set("Accept", "text/html").expect(404);
    await request(app).get("/missing.js").expect(404);
  });

  it("without a build is a page that says how to build it", async () => {
    const app = fakeApp({ dashboardDirectory: join(tmpdir(), "absent-dashboard") });
    const response = await request(app).get("/").set("Accept", "text/html").expect(200);
    expect(response.text).toContain("npm run build");
  });
});
