import { AttentionConfig, AttentionResponse } from "@performer/schema";
import request from "supertest";
import { describe, expect, it } from "vitest";
import { fakeApp, fakeModel, MAX_RESIDUES, storeOf, summary } from "./fakes.ts";

describe("GET /api/attention", () => {
  it.each(["P00974", "BPT1_BOVIN"])(
    "gives a L × L map a head of the anchor %s",
    async (accession) => {
      const response = await request(fakeApp())
        .get("/api/attention")
        .query({ accession })
        .expect(200);
      const { sequence, maps, numLayers, numHeads, ...rest } = AttentionResponse.parse(
        response.body,
      );
      expect(rest.accession).toBe("P00974");
      expect(sequence).toBe("MKMSRLCLSV");
      expect(maps.map((heads) => heads.map((map) => map.length))).toEqual(
        Array(numLayers).fill(Array(numHeads).fill(sequence.length ** 2)),
      );
    },
  );

  it("shows the letters that the model saw: lowercase raised, J as X", async () => {
    const response = await request(fakeApp()).get("/api/attention?sequence=mjt").expect(200);
    expect(response.body.sequence).toBe("MXT");
  });

  it("computes once for concurrent identical requests, and not again later", async () => {
    const model = fakeModel();
    const app = fakeApp({ models: storeOf(model) });
    const ask = () => request(app).get("/api/attention?sequence=MKT").expect(200);
    const answers = await Promise.all([ask(), ask(), ask()]);
    answers.push(await ask());
    expect(model.calls.attention).toBe(1);
    for (const { body } of answers) expect(body).toEqual(answers[0]?.body);
    await request(app).get("/api/attention?sequence=MKV").expect(200);
    expect(model.calls.attention).toBe(2);
  });

  it.each([
    ["an unknown accession", "accession=Q99999", 404, "accession"],
    ["neither parameter", "", 400, "accession"],
    ["both parameters", "accession=P00974&sequence=MKT", 400, "sequence"],
    ["an unknown parameter", "accession=P00974&layer=1", 400, "layer"],
    ["a parameter given twice", "sequence=MKT&sequence=MKV", 400, "sequence"],
    ["an empty sequence", "sequence=", 422, "sequence"],
    ["digits", "sequence=123", 422, "sequence"],
  ])("refuses %s, naming the field", async (_what, query, status, field) => {
    const response = await request(fakeApp()).get(`/api/attention?${query}`);
    expect(response.status).toBe(status);
    expect(response.type).toBe("application/problem+json");
    expect(response.body).toMatchObject({ status, field });
  });

  it.each(["attention?accession=P00974", "similarity"])(
    "GET /api/%s of a model whose mechanism has no map says so, and asks nothing of the model",
    async (path) => {
      const model = fakeModel();
      const config = { ...summary.config, attention: AttentionConfig.parse({ mechanism: "lsh" }) };
      const app = fakeApp({ models: storeOf({ ...model, summary: { ...summary, config } }) });
      const response = await request(app).get(`/api/${path}`).expect(404);
      expect(response.body.type).toBe("urn:protein-performer:problem:no-attention-map");
      expect(response.body.detail).toContain('attention.mechanism is "lsh"');
      expect(model.calls).toEqual({ embed: 0, attention: 0, similarity: 0 });
    },
  );

  it.each([
    ["GET", "attention?accession=P00974"],
    ["GET", "similarity?"],
    ["POST", "embeddings"],
  ])(
    "%s /api/%s answers by the model that is asked for, and knows no other",
    async (method, path) => {
      const ask = (model: string) =>
        method === "POST"
          ? request(fakeApp()).post(`/api/${path}`).send({ sequence: "MKT", model })
          : request(fakeApp()).get(`/api/${path}`).query({ model });
      for (const model of ["demo", "demo/step-00000002"]) {
        expect((await ask(model).expect(200)).body.model).toBe("demo/step-00000002");
      }
      const response = await ask("models/other").expect(404);
      expect(response.body).toMatchObject({
        type: "urn:protein-performer:problem:unknown-model",
        field: "model",
      });
    },
  );

  it("refuses a sequence that is too long, naming the limit", async () => {
    const sequence = "A".repeat(MAX_RESIDUES + 1);
    const response = await request(fakeApp()).get("/api/attention").query({ sequence }).expect(422);
    expect(response.body).toMatchObject({ field: "sequence", limit: MAX_RESIDUES });
  });
});
