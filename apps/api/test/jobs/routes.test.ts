/** The addresses under /v1/jobs: what they take, give and refuse. */
import { gzipSync } from "node:zlib";
import { Job, JobItemsResponse, JobsResponse, Problem } from "@performer/schema";
import request from "supertest";
import { describe, expect, test } from "vitest";
import { appOf, isOver, openJobs, send, temporaryFolder, until } from "./support.ts";

async function withJobs() {
  const experiments = await openJobs(await temporaryFolder());
  return { experiments, app: appOf(experiments) };
}

const post = (app: ReturnType<typeof appOf>, query = "") =>
  request(app).post(`/v1/jobs${query}`).set("Content-Type", "text/x-fasta");

describe("POST /v1/jobs", () => {
  test("202 with the job and its address, options from the query", async () => {
    const { experiments, app } = await withJobs();
    const query = "?model=demo&layer=1&include=both&letters=lenient";
    const response = await post(app, query).send(">a\nACD\n");
    expect(response.status).toBe(202);
    const job = Job.parse(response.body);
    expect(response.headers["location"]).toBe(`/v1/jobs/${job.id}`);
    expect(job.options).toEqual({ layer: 1, include: "both", letters: "lenient" });
    await until(experiments, job.id, isOver);
  });

  test("a gzip body is taken with and without Content-Encoding", async () => {
    const { experiments, app } = await withJobs();
    const body = gzipSync(">a\nACD\n>b\nACD\n");
    const responses = [
      await post(app).set("Content-Encoding", "gzip").send(body),
      await request(app).post("/v1/jobs").set("Content-Type", "application/gzip").send(body),
    ];
    for (const response of responses) {
      expect(response.status).toBe(202);
      const job = await until(experiments, response.body.id, isOver);
      expect(job).toMatchObject({ state: "done", records: { total: 2 } });
    }
  });

  test.each([
    ["?model=nobody", 404, "unknown-model", "model"],
    ["?layer=9", 400, "invalid-request", "layer"],
    ["?layer=-1", 400, "invalid-request", "layer"],
    ["?include=all", 400, "invalid-request", "include"],
    ["?letters=any", 400, "invalid-request", "letters"],
    ["?format=h5", 400, "invalid-request", "format"],
  ])("%s is refused with %i %s at %s", async (query, status, kind, field) => {
    const { experiments, app } = await withJobs();
    const response = await post(app, query).send(">a\nACD\n");
    expect(response.status).toBe(status);
    expect(Problem.parse(response.body)).toMatchObject({
      type: `urn:protein-performer:problem:${kind}`,
      field,
    });
    expect(await experiments.jobs.list({ limit: 9 })).toEqual([]);
  });

  test.each(["application/json", "multipart/form-data", "application/x-www-form-urlencoded"])(
    "a body of type %s is refused with 415 and how to send it",
    async (type) => {
      const { app } = await withJobs();
      const response = await request(app).post("/v1/jobs").set("Content-Type", type).send("{}");
      expect(response.status).toBe(415);
      expect(Problem.parse(response.body).detail).toContain("--data-binary");
    },
  );

  test("a body past the limit is refused with 413 and the limit, whether its length is told or not", async () => {
    const settings = { maxUploadBytes: 1000 };
    const experiments = await openJobs(await temporaryFolder(), undefined, settings);
    const app = appOf(experiments);
    const body = `>a\n${"A".repeat(100_000)}\n`;
    const told = await post(app).send(body);
    const streamed = post(app);
    streamed.write(body);
    for (const response of [told, await streamed]) {
      expect(response.status).toBe(413);
      expect(Problem.parse(response.body)).toMatchObject({ field: "body", limit: 1000 });
    }
    expect(await experiments.jobs.list({ limit: 9 })).toEqual([]);
  });
});

describe("GET", () => {
  test("/v1/jobs gives pages, newest first, until there is no next", async () => {
    const { experiments, app } = await withJobs();
    const sent: string[] = [];
    for (let i = 0; i < 5; i++) sent.push((await send(experiments, ">a\nACD\n")).id);
    const seen: string[] = [];
    for (let url: string | null = "/v1/jobs?limit=2"; url !== null; ) {
      const page: JobsResponse = JobsResponse.parse((await request(app).get(url)).body);
      seen.push(...page.jobs.map(({ id }) => id));
      url = page.next;
    }
    expect(seen).toEqual(sent.toReversed());
  });

  test("/v1/jobs/:id/items gives pages, and the refused ones alone", async () => {
    const { experiments, app } = await withJobs();
    const { id, links } = await send(experiments, ">a\nA1\n>b\nACD\n>c\nA2\n>d\nA3\n");
    await until(experiments, id, isOver);
    const page = async (query: string) =>
      JobItemsResponse.parse((await request(app).get(`${links.items}${query}`)).body);
    const first = await page("?refused=true&limit=2");
    expect(first.items.map(({ accession }) => accession)).toEqual(["a", "c"]);
    const second = JobItemsResponse.parse((await request(app).get(first.next as string)).body);
    expect(second).toMatchObject({ items: [{ accession: "d", number: 3 }], next: null });
    expect((await page("")).items).toHaveLength(4);
  });

  test("/v1/jobs/:id/result is NDJSON for a file, and goes on where a download was cut", async () => {
    const { experiments, app } = await withJobs();
    const { id, links } = await send(experiments, ">a\nACD\n>b\nACD\n");
    await until(experiments, id, isOver);
    const whole = await request(app).get(links.result).buffer(true).parse(asText);
    expect(whole.headers).toMatchObject({
      "content-type": "application/x-ndjson",
      "content-disposition": `attachment; filename="${id}.ndjson"`,
      "accept-ranges": "bytes",
    });
    const rest = await request(app)
      .get(links.result)
      .set("Range", "bytes=40-")
      .set("If-Range", whole.headers["etag"] as string)
      .buffer(true)
      .parse(asText);
    expect(rest.status).toBe(206);
    expect(rest.body).toBe(whole.body.slice(40));
    expect(whole.body.trimEnd().split("\n")).toHaveLength(4);
  });

  test("a job that is not done has no result: 409; none of that id: 404", async () => {
    const { experiments, app } = await withJobs();
    const { id } = await send(experiments, ">a\n1\n>b\nA>C\n");
    await until(experiments, id, isOver);
    expect((await request(app).get(`/v1/jobs/${id}/result`)).status).toBe(409);
    for (const path of ["", "/result", "/items"]) {
      const response = await request(app).get(`/v1/jobs/00000000${path}`);
      expect(response.status).toBe(404);
      expect(Problem.parse(response.body).type).toBe("urn:protein-performer:problem:unknown-job");
    }
    expect((await request(app).delete("/v1/jobs/..%2f..%2fetc")).status).toBe(404);
  });

  test.each(["?limit=0", "?limit=1001", "?limit=x", "?before=nobody", "?page=2"])(
    "/v1/jobs%s is refused with the parameter",
    async (query) => {
      const { app } = await withJobs();
      const response = await request(app).get(`/v1/jobs${query}`);
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.status).toBeLessThan(500);
      expect(Problem.parse(response.body).field).toBeDefined();
    },
  );

  test("a wrong method is refused with those that are right", async () => {
    const { app } = await withJobs();
    const response = await request(app).put("/v1/jobs");
    expect(response.status).toBe(405);
    expect(response.headers["allow"]).toBe("GET, HEAD, POST");
  });
});

/** supertest keeps the text of no type that it does not know. */
function asText(response: request.Response, done: (error: Error | null, body: string) => void) {
  let text = "";
  const stream = response as unknown as NodeJS.ReadableStream;
  stream.on("data", (chunk: Buffer) => {
    text += chunk;
  });
  stream.on("end", () => done(null, text));
}

test("GET /metrics counts jobs by state, and leaves them out where the store cannot be read", async () => {
  const { experiments, app } = await withJobs();
  const job = await send(experiments, ">a\nACD\n");
  await until(experiments, job.id, isOver);
  const scrape = async () => {
    const { text } = await request(app).get("/metrics").expect(200);
    return text.match(/^performer_jobs\{.*/gm) ?? [];
  };
  expect(await scrape()).toEqual([
    'performer_jobs{state="queued"} 0',
    'performer_jobs{state="running"} 0',
    'performer_jobs{state="done"} 1',
    'performer_jobs{state="failed"} 0',
  ]);
  await experiments.close();
  expect(await scrape()).toEqual([]);
});
