/** What the job routes answer is what the OpenAPI document says of them, by a validator that knows no zod. */
import fc from "fast-check";
import request from "supertest";
import { expect, test } from "vitest";
import { createDocumentCheck } from "../support/documented.ts";
import { appOf, isOver, openJobs, send, temporaryFolder, until } from "./support.ts";

test("answers of every kind, to right requests and to random ones, stand in the document; none is the server's fault", async () => {
  const experiments = await openJobs(await temporaryFolder());
  const app = appOf(experiments);
  const document = (await request(app).get("/openapi.json")).body;
  const check = createDocumentCheck(document);
  const { id } = await send(experiments, ">a\nACD\n>b\nA1\n");
  await until(experiments, id, isOver);
  const seen = new Set<string>();
  const ask = async (
    method: "get" | "post" | "delete",
    path: string,
    url: string,
    body?: string,
  ) => {
    const asked = request(app)[method](url).set("Content-Type", "text/x-fasta");
    const { status, type, text = "" } = await (body === undefined ? asked : asked.send(body));
    expect(status, `${method} ${url}`).toBeLessThan(500);
    if (status !== 206) {
      expect(check(path, method, { status, type, text }), `${method} ${url}`).toBeUndefined();
    }
    seen.add(`${method} ${path} ${status}`);
  };
  const job = "/v1/jobs/{id}";
  await ask("get", "/v1/jobs", "/v1/jobs");
  await ask("get", job, `/v1/jobs/${id}`);
  await ask("get", `${job}/items`, `/v1/jobs/${id}/items?refused=true`);
  await ask("get", `${job}/result`, `/v1/jobs/${id}/result?format=arrow`);
  await ask("post", "/v1/jobs", "/v1/jobs?layer=1", ">a\nACD\n");
  await ask("get", "/v1/runs/{id}/metrics", "/v1/runs/nobody/metrics");
  const word = fc.string({ maxLength: 12 });
  const names = fc.constantFrom(
    ...["limit", "before", "after", "refused", "layer", "model", "include", "format"],
  );
  const requests = fc.record({
    method: fc.constantFrom("get" as const, "post" as const, "delete" as const),
    rest: fc.constantFrom("", "/items", "/result"),
    id: word.filter((text) => text !== "" && text !== "." && text !== ".."),
    query: fc.array(fc.tuple(names, word), { maxLength: 2 }),
    body: word,
  });
  await fc.assert(
    fc.asyncProperty(requests, async ({ method, rest, id: other, query, body }) => {
      const asked = new URLSearchParams(query);
      if (method === "post") return ask("post", "/v1/jobs", `/v1/jobs?${asked}`, body);
      const path = method === "delete" ? job : `${job}${rest}`;
      const name = encodeURIComponent(other);
      const url = method === "delete" ? `/v1/jobs/${name}` : `/v1/jobs/${name}${rest}`;
      return ask(method, path, `${url}?${asked}`);
    }),
    { seed: 6, numRuns: 150 },
  );
  await ask("delete", job, `/v1/jobs/${id}`);
  for (const status of [
    "get /v1/jobs 200",
    `get ${job}/result 200`,
    "post /v1/jobs 202",
    "post /v1/jobs 422",
    `delete ${job} 204`,
  ]) {
    expect([...seen]).toContain(status);
  }
});
