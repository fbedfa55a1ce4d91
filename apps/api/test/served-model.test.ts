import "@tensorflow/tfjs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { disposeModel, initModel, type PerformerModel } from "@performer/performer";
import { encodeSequence } from "@performer/proteins";
import { randomKey } from "@performer/random";
import {
  AttentionResponse,
  EmbeddingsResponse,
  ModelConfig,
  SimilarityResponse,
} from "@performer/schema";
import { saveCheckpoint } from "@performer/training";
import * as tf from "@tensorflow/tfjs-core";
import { pino } from "pino";
import request from "supertest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerJob } from "../src/compute/answer-job.ts";
import { loadModelReader } from "../src/compute/load-model-reader.ts";
import { createModelStore } from "../src/model-store.ts";
import { fakeApp } from "./fakes.ts";

const config = ModelConfig.parse({
  maxLength: 48,
  embeddingSize: 8,
  numHeads: 2,
  numLayers: 2,
  feedForwardSize: 16,
  attention: { mechanism: "favor", numFeatures: 16 },
});
const SEQUENCES = ["MKTAYIAKQRQISFVKSHFSRQ", "ACD", "GGGGGGGGGGGG", "M"];
const sample = async () => SEQUENCES.map((sequence) => encodeSequence(sequence));

let runsDirectory: string;
let store: ReturnType<typeof createModelStore>;
let app: ReturnType<typeof fakeApp>;

async function save(model: PerformerModel, step: number): Promise<void> {
  const directory = join(runsDirectory, "tiny", "checkpoints");
  await saveCheckpoint({ directory, name: "tiny", step, model });
}

beforeAll(async () => {
  await tf.setBackend("cpu");
  runsDirectory = await mkdtemp(join(tmpdir(), "runs-"));
  const model = initModel(config, randomKey(1));
  await save(model, 1);
  disposeModel(model);
  store = createModelStore({
    folders: { runs: runsDirectory },
    logger: pino({ level: "silent" }),
    rescanMs: 0,
    async load(directory, summary) {
      const reader = await loadModelReader(directory, summary, { sample, libraries: null });
      return {
        summary,
        answer: (job, signal) => answerJob(reader, job, signal),
        dispose: () => void reader.dispose(),
      };
    },
  });
  app = fakeApp({ models: store, logger: pino() });
});

afterAll(() => store.close());

async function embed(sequences: readonly string[]) {
  const response = await request(app).post("/v1/embeddings").send({ sequences }).expect(200);
  return EmbeddingsResponse.parse(response.body).embeddings;
}

function largestDifference(a: readonly number[][], b: readonly number[][]): number {
  expect(a.map((row) => row.length)).toEqual(b.map((row) => row.length));
  return Math.max(...a.flatMap((row, i) => row.map((x, j) => Math.abs(x - (b[i]?.[j] as number)))));
}

describe("a real model behind the app", () => {
  it("embeds a sequence the same way alone, in a batch, and in another order", async () => {
    const together = await embed(SEQUENCES);
    const reversed = (await embed([...SEQUENCES].reverse())).reverse();
    for (const [i, sequence] of SEQUENCES.entries()) {
      const [alone] = await embed([sequence]);
      expect(alone?.length).toBe(sequence.length);
      expect(alone?.residues).toHaveLength(sequence.length);
      expect(largestDifference(alone?.residues ?? [], together[i]?.residues ?? [])).toBeLessThan(
        1e-5,
      );
      expect(largestDifference([alone?.mean ?? []], [reversed[i]?.mean ?? []])).toBeLessThan(1e-5);
    }
  });

  it("embeds a sequence the same way whatever other requests share its batch", async () => {
    const alone = [];
    for (const sequence of SEQUENCES) alone.push(...(await embed([sequence])));
    // in one turn of the event loop: they go through the model together
    const beside = await Promise.all([...SEQUENCES, ...SEQUENCES].map((each) => embed([each])));
    for (const [i, [embedding]] of beside.entries()) {
      const expected = alone[i % SEQUENCES.length]?.residues ?? [];
      expect(largestDifference(embedding?.residues ?? [], expected)).toBeLessThan(1e-5);
    }
  });

  it("the mean is the mean of the residues", async () => {
    const [embedding] = await embed(["MKTAYIAKQR"]);
    const { residues = [], mean = [] } = embedding ?? {};
    const recomputed = mean.map(
      (_, e) => residues.reduce((sum, row) => sum + (row[e] ?? 0), 0) / 10,
    );
    expect(largestDifference([mean], [recomputed])).toBeLessThan(1e-6);
  });

  it("gives attention maps whose rows are shares: at most 1, the rest is on the specials", async () => {
    const response = await request(app)
      .post("/v1/attention")
      .send({ sequence: "MKTAYIAKQR" })
      .expect(200);
    const { maps, numLayers, numHeads } = AttentionResponse.parse(response.body);
    expect([numLayers, numHeads]).toEqual([2, 2]);
    for (const map of maps.flat()) {
      for (let row = 0; row < 10; row++) {
        const sum = map.slice(10 * row, 10 * row + 10).reduce((total, value) => total + value, 0);
        expect(sum).toBeGreaterThan(0.1);
        expect(sum).toBeLessThanOrEqual(1.0001);
      }
    }
  });

  it("gives softmax of the same queries and keys where it is asked for, and says which weights it gives", async () => {
    const ask = async (body: object) => {
      const sent = { sequence: "MKTAYIAKQR", ...body };
      const response = await request(app).post("/v1/attention").send(sent).expect(200);
      return AttentionResponse.parse(response.body);
    };
    const [own, named, softmax] = [
      await ask({}),
      await ask({ weights: "model" }),
      await ask({ weights: "softmax" }),
    ];
    expect([own.weights, named.weights, softmax.weights]).toEqual(["model", "model", "softmax"]);
    expect(named.maps).toEqual(own.maps);
    // this model's kernel is ReLU: its weights are others
    expect(largestDifference(softmax.maps.flat(), own.maps.flat())).toBeGreaterThan(1e-3);
  });

  it("gives a similarity answer that keeps the contract", async () => {
    const response = await request(app).get("/v1/similarity").expect(200);
    const answer = SimilarityResponse.parse(response.body);
    expect(answer).toMatchObject({ headsTotal: 4, sequences: SEQUENCES.length });
    expect(answer.blosum62[0]?.[0]).toBe(4);
  });

  it("answers with a newer checkpoint as soon as it is there, and frees the older one", async () => {
    const before = await embed(["MKT"]);
    const tensors = tf.memory().numTensors;
    const model = initModel(config, randomKey(2));
    await save(model, 2);
    disposeModel(model);
    const after = await embed(["MKT"]);
    expect(largestDifference(before[0]?.residues ?? [], after[0]?.residues ?? [])).toBeGreaterThan(
      1e-3,
    );
    expect(tf.memory().numTensors).toBe(tensors);
    expect(await store.defaultName()).toBe("tiny/step-00000002");
  });
});
