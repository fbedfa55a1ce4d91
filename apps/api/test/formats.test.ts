import { widenHalf } from "@performer/checkpoint";
import { EmbeddingLine, EmbeddingsResponse } from "@performer/schema";
import { tableFromIPC } from "apache-arrow";
import request from "supertest";
import { describe, expect, it } from "vitest";
import { EMBEDDING_SIZE as E, fakeApp, summary } from "./fakes.ts";

const SEQUENCES = [{ accession: "P1", sequence: "MKT" }, "ACDEF"];

/** The JSON answer, to which every other format is held. */
async function expected() {
  const { body } = await request(fakeApp()).post("/v1/embeddings").send({ sequences: SEQUENCES });
  const { embeddings } = EmbeddingsResponse.parse(body);
  return {
    residues: embeddings.flatMap(({ residues }) => residues ?? []).flat(),
    mean: embeddings.flatMap(({ mean }) => mean ?? []),
  };
}

async function ask(accept: string, options: object = {}) {
  const response = await request(fakeApp())
    .post("/v1/embeddings")
    .set("Accept", accept)
    .send({ sequences: SEQUENCES, ...options })
    .buffer(true)
    .parse((stream, done) => {
      const parts: Buffer[] = [];
      stream.on("data", (part: Buffer) => parts.push(part));
      stream.on("end", () => done(null, Buffer.concat(parts)));
    });
  return { ...response, headers: response.headers, bytes: response.body as Buffer };
}

/** Little-endian numbers from `offset` on. */
function numbersOf(bytes: Buffer, dtype: string, offset = 0): number[] {
  const size = dtype === "float32" ? 4 : 2;
  return Array.from({ length: (bytes.length - offset) / size }, (_, i) =>
    dtype === "float32"
      ? bytes.readFloatLE(offset + size * i)
      : widenHalf(bytes.readUInt16LE(offset + size * i)),
  );
}

const close = (dtype: string) => (dtype === "float32" ? 1e-7 : 2 ** -11);
function expectSame(actual: readonly number[], wanted: readonly number[], dtype: string): void {
  expect(actual).toHaveLength(wanted.length);
  for (const [i, value] of wanted.entries()) {
    const error = Math.abs((actual[i] as number) - value);
    expect(error).toBeLessThanOrEqual(close(dtype) * Math.abs(value));
  }
}

describe.each(["float32", "float16"])("%s", (dtype) => {
  it("raw: vectors of all residues, then the means; shapes in the headers", async () => {
    const { residues, mean } = await expected();
    const { bytes, headers, type } = await ask("application/octet-stream", { dtype });
    expect(type).toBe("application/octet-stream");
    expect(headers).toMatchObject({
      "x-embedding-size": String(E),
      "x-embedding-include": "both",
      "x-embedding-dtype": dtype,
      "x-sequence-lengths": "3,5",
      "x-layer": "2",
      "x-model": summary.name,
      "x-model-fingerprint": summary.fingerprint,
    });
    expectSame(numbersOf(bytes, dtype), [...residues, ...mean], dtype);
  });

  it.each(["residues", "mean"] as const)("npy: %s as one array, data aligned", async (include) => {
    const { bytes } = await ask("application/x-npy", { dtype, include });
    expect(bytes.subarray(0, 8).toString("latin1")).toBe("\x93NUMPY\x01\x00");
    const start = 10 + bytes.readUInt16LE(8);
    expect(start % 64).toBe(0);
    const header = bytes.subarray(10, start).toString();
    const rows = include === "residues" ? 8 : 2;
    const descr = dtype === "float32" ? "<f4" : "<f2";
    expect(header.trim()).toBe(
      `{'descr': '${descr}', 'fortran_order': False, 'shape': (${rows}, ${E}), }`,
    );
    expect(header.endsWith("\n")).toBe(true);
    expectSame(numbersOf(bytes, dtype, start), (await expected())[include], dtype);
  });

  it("Arrow: a row a sequence, residues as a list of vectors, the model in the metadata", async () => {
    const { residues, mean } = await expected();
    const { bytes } = await ask("application/vnd.apache.arrow.stream", { dtype });
    const table = tableFromIPC(bytes);
    expect(table.schema.metadata.get("model")).toBe(summary.name);
    expect(table.schema.metadata.get("fingerprint")).toBe(summary.fingerprint);
    const rows = table.toArray().map((row) => row.toJSON());
    expect(rows.map(({ accession, length }) => [accession, length])).toEqual([
      ["P1", 3],
      ["sequence-2", 5],
    ]);
    const vectors = rows.flatMap((row) => [...row["residues"]].map((vector) => [...vector]));
    expectSame(vectors.flat().map(Number), residues, dtype);
    expectSame(rows.flatMap((row) => [...row["mean"]]).map(Number), mean, dtype);
  });
});

describe("NDJSON", () => {
  it("is the model, a line a sequence, and the end", async () => {
    const { bytes, type } = await ask("application/x-ndjson", { include: "mean", layer: 0 });
    expect(type).toBe("application/x-ndjson");
    const lines = bytes.toString().trimEnd().split("\n");
    const parsed = lines.map((line) => EmbeddingLine.parse(JSON.parse(line)));
    expect(parsed.map((line) => line.type)).toEqual(["model", "embedding", "embedding", "end"]);
    expect(parsed[0]).toMatchObject({ model: summary.name, embeddingSize: E, layer: 0 });
    expect(parsed[1]).toMatchObject({ accession: "P1", length: 3 });
    expect(parsed[1]).not.toHaveProperty("residues");
    expect(parsed[3]).toMatchObject({ count: 2 });
  });
});

describe("negotiation", () => {
  it("takes JSON where the client takes anything, and the best of several", async () => {
    expect((await ask("*/*")).type).toBe("application/json");
    const several = await ask("application/x-npy;q=0.2, application/octet-stream;q=0.9");
    expect(several.type).toBe("application/octet-stream");
  });

  it("refuses what there is not, and a .npy of two arrays, with the remedy", async () => {
    const unknown = await ask("image/png");
    expect(unknown.status).toBe(406);
    expect(JSON.parse(unknown.bytes.toString())).toMatchObject({ field: "Accept" });
    const both = await ask("application/x-npy");
    expect(both.status).toBe(400);
    expect(JSON.parse(both.bytes.toString())).toMatchObject({ field: "/include" });
  });

  it("only the parts that are asked for are there", async () => {
    const mean = await request(fakeApp())
      .post("/v1/embeddings")
      .send({ sequence: "MKT", include: "mean" });
    expect(Object.keys(mean.body.embeddings[0])).toEqual(["accession", "length", "mean"]);
    const residues = await request(fakeApp())
      .post("/v1/embeddings")
      .send({ sequence: "MKT", include: "residues" });
    expect(Object.keys(residues.body.embeddings[0])).toEqual(["accession", "length", "residues"]);
  });
});
