import { AttentionConfig, AttentionResponse } from "@performer/schema";
import request from "supertest";
import { describe, expect, it } from "vitest";
import { fakeApp, fakeModel, MAX_RESIDUES, storeOf, summary } from "./fakes.ts";

const post = (body: object, app = fakeApp()) => request(app).post("/v1/attention").send(body);

describe("POST /v1/attention", () => {
  it.each(["P00974", "BPT1_BOVIN"])(
    "gives a L × L map a head of the anchor %s",
    async (accession) => {
      const response = await post({ accession }).expect(200);
      const { sequence, maps, numLayers, numHeads, rows, ...rest } = AttentionResponse.parse(
        response.body,
      );
      expect(rest.accession).toBe("P00974");
      expect(sequence).toBe("MKMSRLCLSV");
      expect(rows).toEqual({ from: 0, to: 10, cells: 10 });
      expect(maps.map((heads) => heads.map((map) => map.length))).toEqual(
        Array(numLayers).fill(Array(numHeads).fill(sequence.length ** 2)),
      );
    },
  );

  it("gives the layers, the block and the size that are asked for, and names what it gives", async () => {
    const response = await post({
      accession: "P00974",
      layers: [1],
      block: { rows: [2, 8], columns: [0, 10] },
      maxSize: 5,
    }).expect(200);
    const { maps, layers, heads, rows, columns } = AttentionResponse.parse(response.body);
    expect({ layers, heads, rows, columns }).toEqual({
      layers: [1],
      heads: [0],
      rows: { from: 2, to: 8, cells: 5 },
      columns: { from: 0, to: 10, cells: 5 },
    });
    expect(maps.map((ofHeads) => ofHeads.map((map) => map.length))).toEqual([[25]]);
  });

  it("shows the letters that the model saw: lowercase raised, J as X", async () => {
    const response = await post({ sequence: "mjt" }).expect(200);
    expect(response.body.sequence).toBe("MXT");
  });

  it("computes once for concurrent identical requests, and not again later", async () => {
    const model = fakeModel();
    const app = fakeApp({ models: storeOf(model) });
    const ask = () => post({ sequence: "MKT" }, app).expect(200);
    const answers = await Promise.all([ask(), ask(), ask()]);
    answers.push(await ask());
    expect(model.calls.attention).toBe(1);
    for (const { body } of answers) expect(body).toEqual(answers[0]?.body);
    await post({ sequence: "MKV" }, app).expect(200);
    await post({ sequence: "MKT", layers: [0] }, app).expect(200);
    expect(model.calls.attention).toBe(3);
  });

  it.each([
    ["an unknown accession", { accession: "Q99999" }, 404, "/accession"],
    ["neither field", {}, 400, "body"],
    ["both fields", { accession: "P00974", sequence: "MKT" }, 400, "body"],
    ["an unknown field", { accession: "P00974", layer: 1 }, 400, "body"],
    ["an empty sequence", { sequence: "" }, 422, "/sequence"],
    ["digits", { sequence: "123" }, 422, "/sequence"],
    ["a layer that the model has not", { sequence: "MKT", layers: [2] }, 400, "/layers"],
    ["a head twice", { sequence: "MKT", heads: [0, 0] }, 400, "/heads"],
    [
      "a block past the end",
      { sequence: "MKT", block: { rows: [0, 4], columns: [0, 3] } },
      400,
      "/block/rows",
    ],
    [
      "a block that ends before it begins",
      { sequence: "MKT", block: { rows: [0, 3], columns: [2, 1] } },
      400,
      "/block/columns",
    ],
  ])("refuses %s, naming the field", async (_what, body, status, field) => {
    const response = await post(body);
    expect(response.status).toBe(status);
    expect(response.type).toBe("application/problem+json");
    expect(response.body).toMatchObject({ status, field });
  });

  it.each(["POST attention", "GET similarity"])(
    "%s of a model whose mechanism has no map says so, and asks nothing of the model",
    async (address) => {
      const model = fakeModel();
      const config = { ...summary.config, attention: AttentionConfig.parse({ mechanism: "lsh" }) };
      const app = fakeApp({ models: storeOf({ ...model, summary: { ...summary, config } }) });
      const response = address.startsWith("POST")
        ? await post({ accession: "P00974" }, app)
        : await request(app).get("/v1/similarity");
      expect(response.status).toBe(404);
      expect(response.body.type).toBe("urn:protein-performer:problem:no-attention-map");
      expect(response.body.detail).toContain('attention.mechanism is "lsh"');
      expect(model.calls).toEqual({ embed: 0, attention: 0, similarity: 0 });
    },
  );

  it.each([
    ["POST", "attention"],
    ["GET", "similarity"],
    ["POST", "embeddings"],
    ["POST", "logits"],
    ["POST", "mutations"],
  ])(
    "%s /v1/%s answers by the model that is asked for, in body and headers, and knows no other",
    async (method, path) => {
      const ask = (model: string) =>
        method === "POST"
          ? request(fakeApp()).post(`/v1/${path}`).send({ sequence: "MKT", model })
          : request(fakeApp()).get(`/v1/${path}`).query({ model });
      for (const model of ["demo", "demo/step-00000002"]) {
        const { body, headers } = await ask(model).expect(200);
        const { name, fingerprint } = summary;
        expect(body).toMatchObject({ model: name, fingerprint });
        expect([headers["x-model"], headers["x-model-fingerprint"]]).toEqual([name, fingerprint]);
      }
      const response = await ask("models/other").expect(404);
      expect(response.body).toMatchObject({
        type: "urn:protein-performer:problem:unknown-model",
        field: "model",
      });
    },
  );

  it("refuses a sequence that is too long, naming the limit", async () => {
    const response = await post({ sequence: "A".repeat(MAX_RESIDUES + 1) }).expect(422);
    expect(response.body).toMatchObject({ field: "/sequence", limit: MAX_RESIDUES });
  });
});
