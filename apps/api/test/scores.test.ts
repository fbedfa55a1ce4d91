import {
  GenerationLine,
  LogitsResponse,
  MutationLine,
  MutationsCostResponse,
  MutationsResponse,
} from "@performer/schema";
import type { Express } from "express";
import request from "supertest";
import { describe, expect, it } from "vitest";
import { fakeApp, fakeModel, MAX_RESIDUES, storeOf, summary } from "./fakes.ts";

const post = (path: string, body: object, app = fakeApp()) =>
  request(app).post(`/v1/${path}`).send(body);
const causal = fakeModel({
  summary: { ...summary, config: { ...summary.config, direction: "causal" } },
});
const causalApp = () => fakeApp({ models: storeOf(causal) });
const linesOf = (text: string): unknown[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("POST /v1/logits", () => {
  it("gives a row a residue, of the standard residues or of every token", async () => {
    const { body } = await post("logits", { sequence: "MKT" }).expect(200);
    const standard = LogitsResponse.parse(body);
    expect(standard.tokens.join("")).toBe("ACDEFGHIKLMNPQRSTVWY");
    const row = Array.from({ length: 20 }, (_, i) => i);
    expect(standard.logits).toEqual([row, row, row]);
    const all = LogitsResponse.parse(
      (await post("logits", { sequence: "MKT", tokens: "all" })).body,
    );
    expect(all.tokens.slice(20)).toEqual([
      "B",
      "O",
      "U",
      "X",
      "Z",
      "<bos>",
      "<eos>",
      "<pad>",
      "<mask>",
    ]);
    expect(all.logits.map((scores) => scores.length)).toEqual([29, 29, 29]);
  });

  it("gives what turns scores into log probabilities of the whole vocabulary", async () => {
    const { body } = await post("logits", { sequence: "MK", tokens: "all" });
    const { logits, logSumExp } = LogitsResponse.parse(body);
    for (const [i, scores] of logits.entries()) {
      const total = scores.reduce((sum, score) => sum + Math.exp(score - (logSumExp[i] ?? 0)), 0);
      expect(total).toBeCloseTo(1, 5);
    }
  });
});

describe("POST /v1/mutations", () => {
  it("gives 20 scores a position, and what they cost in body and headers", async () => {
    const { body, headers } = await post("mutations", {
      sequence: { accession: "P1", sequence: "MKT" },
      method: "masked-marginals",
      positions: [2, 0],
    }).expect(200);
    const answer = MutationsResponse.parse(body);
    expect(answer).toMatchObject({
      accession: "P1",
      sequence: "MKT",
      residues: "ACDEFGHIKLMNPQRSTVWY",
      positions: [2, 0],
      cost: { passes: 2, residues: 6 },
    });
    // the fake's score is the mutant's id less the wild type's: T is 16, M is 10
    expect(answer.scores.map((row) => row[0])).toEqual([-16, -10]);
    expect([headers["x-cost-passes"], headers["x-cost-residues"]]).toEqual(["2", "6"]);
  });

  it("a dry run states the cost and asks nothing of the model", async () => {
    const model = fakeModel({
      // biome-ignore lint/correctness/useYield: it must not be called
      async *mutations() {
        throw new Error("asked");
      },
    });
    const app = fakeApp({ models: storeOf(model) });
    const asked = { sequence: "MKTAY", method: "masked-marginals" };
    const { body, headers } = await post("mutations", { ...asked, dryRun: true }, app).expect(200);
    expect(MutationsCostResponse.strict().parse(body).cost).toEqual({ passes: 5, residues: 25 });
    expect(headers["x-cost-passes"]).toBe("5");
    expect((await post("mutations", asked, app)).status).toBe(500);
  });

  it("streams a line a position between the model and the end", async () => {
    const { text, headers } = await post("mutations", { sequence: "MKT" })
      .set("Accept", "application/x-ndjson")
      .buffer(true)
      .parse((stream, done) => {
        let read = "";
        stream.on("data", (part: Buffer) => {
          read += part;
        });
        stream.on("end", () => done(null, read));
      })
      .then((response) => ({ text: response.body as string, headers: response.headers }));
    const lines = linesOf(text).map((line) => MutationLine.parse(line));
    expect(lines.map(({ type }) => type)).toEqual([
      ...["model", "position", "position", "position", "end"],
    ]);
    expect(lines[0]).toMatchObject({ cost: { passes: 1, residues: 3 }, method: "single-pass" });
    expect(lines[2]).toMatchObject({ position: 1, wildType: "K" });
    expect(headers["x-cost-residues"]).toBe("3");
  });

  it.each([
    ["a position past the end", { positions: [3] }, 400, "/positions/0"],
    ["a position twice", { positions: [1, 1] }, 400, "/positions/1"],
    ["a position below 0", { positions: [-1] }, 400, "/positions/0"],
    ["no position", { positions: [] }, 400, "/positions"],
    ["an unknown method", { method: "guess" }, 400, "/method"],
  ])("refuses %s, naming the field", async (_what, options, status, field) => {
    const { body } = await post("mutations", { sequence: "MKT", ...options }).expect(status);
    expect(body).toMatchObject({ status, field });
  });

  it("masked marginals of a causal model are refused with the remedy; single-pass is answered", async () => {
    const asked = { sequence: "MKT", method: "masked-marginals" };
    const refused = await post("mutations", asked, causalApp()).expect(422);
    expect(refused.body).toMatchObject({ field: "/method" });
    expect(refused.body.detail).toContain('use the method "single-pass"');
    const single = await post("mutations", { sequence: "MKT" }, causalApp()).expect(200);
    expect(single.body.direction).toBe("causal");
  });
});

describe("POST /v1/generate", () => {
  const generate = async (
    body: object,
    { app = causalApp(), accept = "*/*" }: { app?: Express; accept?: string } = {},
  ) => {
    const response = await post("generate", body, app)
      .set("Accept", accept)
      .buffer(true)
      .parse((stream, done) => {
        let read = "";
        stream.on("data", (part: Buffer) => {
          read += part;
        });
        stream.on("end", () => done(null, read));
      });
    return { status: response.status, type: response.type, text: response.body as string };
  };

  it("streams each sequence with its prompt between the model and the end", async () => {
    const { status, type, text } = await generate({ prompt: "mk", count: 2, maxLength: 5 });
    expect([status, type]).toEqual([200, "application/x-ndjson"]);
    const lines = linesOf(text).map((line) => GenerationLine.parse(line));
    expect(lines).toEqual([
      { type: "model", model: summary.name, fingerprint: summary.fingerprint },
      { type: "sequence", index: 0, sequence: "MKAAA", endedBy: "max-length" },
      { type: "sequence", index: 1, sequence: "MKAAA", endedBy: "max-length" },
      { type: "end", count: 2 },
    ]);
  });

  it("streams the same as server-sent events to who asks for them", async () => {
    const { text: asLines } = await generate({ prompt: "mk", count: 2, maxLength: 5 });
    const accept = "text/event-stream";
    const { type, text } = await generate({ prompt: "mk", count: 2, maxLength: 5 }, { accept });
    expect(type).toBe(accept);
    expect(text).toBe(
      linesOf(asLines)
        .map((line) => `data: ${JSON.stringify(line)}\n\n`)
        .join(""),
    );
  });

  it.each([
    ["a bidirectional model", {}, 422, "/model", fakeApp],
    ["a length that the model does not take", { maxLength: 65 }, 400, "/maxLength", causalApp],
    ["a prompt that fills the length", { prompt: "MKT", maxLength: 3 }, 422, "/prompt", causalApp],
    ["a prompt of digits", { prompt: "M1" }, 422, "/prompt", causalApp],
    ["too many sequences", { count: 65 }, 400, "/count", causalApp],
    ["a share above 1", { topP: 1.5 }, 400, "/topP", causalApp],
  ])("refuses %s, naming the field", async (_what, options, status, field, app) => {
    const { status: actual, text } = await generate(options, { app: app() });
    expect([actual, JSON.parse(text).field]).toEqual([status, field]);
  });
});

it.each(["logits", "mutations"])("%s refuses a sequence that is too long", async (path) => {
  const sequence = "A".repeat(MAX_RESIDUES + 1);
  const { body } = await post(path, { sequence }).expect(422);
  expect(body).toMatchObject({ field: "/sequence", limit: MAX_RESIDUES });
});
