import { EmbeddingsResponse, MAX_SEQUENCES_PER_REQUEST } from "@performer/schema";
import request from "supertest";
import { describe, expect, it } from "vitest";
import { BODY_LIMIT_BYTES } from "../src/limits.ts";
import { EMBEDDING_SIZE, fakeApp, fakeModel, MAX_RESIDUES, storeOf } from "./fakes.ts";

const post = (body: unknown) =>
  request(fakeApp())
    .post("/v1/embeddings")
    .set("Content-Type", "application/json")
    .send(typeof body === "string" ? body : JSON.stringify(body));

async function lengthsOf(...sequences: unknown[]): Promise<number[]> {
  const response = await post({ sequences }).expect(200);
  return EmbeddingsResponse.parse(response.body).embeddings.map(({ length }) => length);
}

describe("POST /v1/embeddings", () => {
  it("gives L vectors of E numbers and their mean for L residues, in the order asked", async () => {
    const sequences = ["MKT", { accession: "P1", sequence: "ACDEF" }];
    const response = await post({ sequences }).expect(200);
    const { embeddings, embeddingSize } = EmbeddingsResponse.parse(response.body);
    expect(embeddingSize).toBe(EMBEDDING_SIZE);
    expect(embeddings.map(({ accession, length }) => [accession, length])).toEqual([
      ["sequence-1", 3],
      ["P1", 5],
    ]);
    for (const { length, residues, mean } of embeddings) {
      const widths = residues?.map((vector) => vector.length);
      expect(widths).toEqual(Array(length).fill(EMBEDDING_SIZE));
      const sum = residues?.reduce((total, [first = 0]) => total + first, 0) ?? Number.NaN;
      expect(mean?.[0]).toBeCloseTo(sum / length, 5);
    }
  });

  it("keeps every float32 exactly", async () => {
    const response = await post({ sequence: "CDE" }).expect(200);
    const vectors = EmbeddingsResponse.parse(response.body).embeddings[0]?.residues;
    const ids = [1, 2, 3];
    expect(vectors?.map((vector) => vector.map(Math.fround))).toEqual(
      ids.map((id) => [id, Math.fround(id / 3)]),
    );
  });

  it("follows the residue policy: lowercase, J, gaps, a trailing * and white space are taken", async () => {
    expect(await lengthsOf("mkt", "MJT", "M-K.T", "MKT*", "M*T", "MK\n T")).toEqual([
      3, 3, 3, 3, 3, 3,
    ]);
    const [lower, raised] = await Promise.all([
      post({ sequence: "mkt" }),
      post({ sequence: "MKT" }),
    ]);
    expect(lower.body).toEqual(raised.body);
  });

  it("takes the longest sequence that the model takes", async () => {
    expect(await lengthsOf("A".repeat(MAX_RESIDUES))).toEqual([MAX_RESIDUES]);
  });
});

describe("POST /v1/embeddings refuses, naming the field and the limit", () => {
  const tooMany = Array(MAX_SEQUENCES_PER_REQUEST + 1).fill("MKT");
  const tooLong = "A".repeat(MAX_RESIDUES + 1);
  it.each([
    ["an empty sequence", { sequence: "" }, 422, "/sequence", 1],
    ["a sequence of gaps only", { sequence: "--*" }, 422, "/sequence", 1],
    ["digits", { sequence: "123" }, 422, "/sequence", undefined],
    ["a FASTA header", { sequence: ">sp|P1|X\nMKT" }, 422, "/sequence", undefined],
    [
      "one bad sequence among good ones",
      { sequences: ["MKT", "M?T"] },
      422,
      "/sequences/1",
      undefined,
    ],
    [
      "a bad sequence with an accession",
      { sequences: [{ accession: "P1", sequence: "1" }] },
      422,
      "/sequences/0/sequence",
      undefined,
    ],
    ["a sequence one residue too long", { sequence: tooLong }, 422, "/sequence", MAX_RESIDUES],
    ["both fields", { sequence: "MKT", sequences: ["MKT"] }, 400, "body", undefined],
    ["neither field", {}, 400, "body", undefined],
    ["an unknown field", { sequence: "MKT", layers: 1 }, 400, "body", undefined],
    ["a layer of another type", { sequence: "MKT", layer: "x" }, 400, "/layer", undefined],
    ["a layer that the model has not", { sequence: "MKT", layer: 3 }, 400, "/layer", 2],
    ["an unknown part", { sequence: "MKT", include: "none" }, 400, "/include", undefined],
    ["a number for a sequence", { sequence: 5 }, 400, "/sequence", undefined],
    ["no sequence in the list", { sequences: [] }, 400, "/sequences", undefined],
    ["too many sequences", { sequences: tooMany }, 400, "/sequences", MAX_SEQUENCES_PER_REQUEST],
    ["a JSON array", ["MKT"], 400, "body", undefined],
    ["a JSON string", '"MKT"', 400, "body", undefined],
    ["broken JSON", '{"sequence": "MKT', 400, "body", undefined],
    [
      "a body over the limit",
      { sequence: "A".repeat(BODY_LIMIT_BYTES) },
      413,
      "body",
      BODY_LIMIT_BYTES,
    ],
  ])("%s", async (_what, body, status, field, limit) => {
    const response = await post(body).expect("Content-Type", /^application\/problem\+json/);
    expect(response.status).toBe(status);
    expect(response.body).toMatchObject({ status, field });
    expect(response.body.limit).toBe(limit);
    expect(response.body.detail.length).toBeGreaterThan(20);
  });

  it("the request past the queue's limit, with Retry-After, and takes requests again later", async () => {
    const model = fakeModel();
    let finish = () => {};
    const busy = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const slow = {
      ...model,
      embed: (...asked: Parameters<typeof model.embed>) => busy.then(() => model.embed(...asked)),
    };
    const app = fakeApp({ models: storeOf(slow), batchedLimit: 1 });
    const ask = () => request(app).post("/v1/embeddings").send({ sequence: "MKT" });
    const answers = [ask(), ask()].map((test) => test.then((response) => response));
    const refused = await Promise.race(answers);
    expect(refused.status).toBe(429);
    expect(refused.headers["retry-after"]).toMatch(/^\d+$/);
    finish();
    expect((await Promise.all(answers)).map(({ status }) => status).sort()).toEqual([200, 429]);
    expect((await ask()).status).toBe(200);
  });

  it("a body of another type", async () => {
    const response = await request(fakeApp())
      .post("/v1/embeddings")
      .type("application/xml")
      .send("<MKT/>");
    expect(response.status).toBe(415);
    expect(response.body).toMatchObject({ status: 415, field: "Content-Type" });
  });

  it("options in the query of a JSON body, where they would be passed over", async () => {
    const response = await request(fakeApp())
      .post("/v1/embeddings?layer=1")
      .send({ sequence: "MKT" });
    expect([response.status, response.body.field]).toEqual([400, "layer"]);
  });
});

describe("a FASTA body", () => {
  const send = (text: string, query = "") =>
    request(fakeApp()).post(`/v1/embeddings${query}`).type("text/x-fasta").send(text);

  it("is read as its records, the options out of the query", async () => {
    const response = await send(
      ">sp|P1|ONE_TEST first\nMK\nT\n>second one\nacd\n",
      "?layer=1&include=mean",
    ).expect(200);
    const { embeddings, layer } = EmbeddingsResponse.parse(response.body);
    expect(layer).toBe(1);
    expect(
      embeddings.map(({ accession, length, residues }) => [accession, length, residues]),
    ).toEqual([
      ["P1", 3, undefined],
      ["second", 3, undefined],
    ]);
    const typed = await request(fakeApp())
      .post("/v1/embeddings")
      .type("text/plain")
      .send(">a\nMKT\n");
    expect(typed.status).toBe(200);
  });

  it.each([
    ["without a header", "MKTAYIAK\n", "", 400, "malformed-fasta", "body"],
    ["that is empty", " ", "", 400, "malformed-fasta", "body"],
    ["with digits", ">a\nMKT\n>b\nM1T\n", "", 422, "not-a-protein", "body, record 2"],
    ["with too many records", ">a\nM\n".repeat(65), "", 400, "invalid-request", "body"],
    ["with an unknown option", ">a\nMKT\n", "?layers=1", 400, "invalid-request", "layers"],
    ["with a layer that is no number", ">a\nMKT\n", "?layer=x", 400, "invalid-request", "layer"],
  ])("%s is refused", async (_what, text, query, status, kind, field) => {
    const { body } = await send(text, query).expect(status);
    expect(body).toMatchObject({ type: `urn:protein-performer:problem:${kind}`, field });
  });
});
