import { BLOSUM62 } from "@performer/proteins";
import { randomKey } from "@performer/random";
import { SimilarityResponse } from "@performer/schema";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { aminoAcidSimilarity, compareWithBlosum } from "../src/amino-acid-similarity.ts";
import { embeddingSimilarity } from "../src/embedding-similarity.ts";
import { plantHeads } from "./planted-heads.ts";
import { drawSequence, mechanisms, tinyModel } from "./tiny-model.ts";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

const options = { key: randomKey(0), permutations: 499, resamples: 100 };

test("a similarity planted after BLOSUM62 is found, and chance does not explain it", async () => {
  const received = plantHeads({ heads: 60, sequences: 20, seed: 2, planted: true });
  const result = await compareWithBlosum(received, options);
  expect(result.pearson).toBeGreaterThan(0.6);
  expect(result.spearman).toBeGreaterThan(0.5);
  expect(result.mantelP).toBe(1 / 500);
  const [low, high] = result.interval as [number, number];
  expect(low).toBeLessThan(result.pearson as number);
  expect(high).toBeGreaterThan(low);
  expect(result.headsKept).toBe(60);
});

test("heads without any relation to BLOSUM62 give correlations around zero", async () => {
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, seed) =>
      compareWithBlosum(plantHeads({ heads: 60, sequences: 2, seed, planted: false }), {
        key: randomKey(seed),
        permutations: 99,
        resamples: 1,
      }),
    ),
  );
  const correlations = results.map((result) => result.pearson as number);
  const mean = correlations.reduce((sum, r) => sum + r, 0) / 20;
  // the null's deviation is about 0.08
  expect(Math.abs(mean)).toBeLessThan((4 * 0.08) / Math.sqrt(20));
  expect(results.filter(({ mantelP }) => (mantelP as number) <= 0.05).length).toBeLessThanOrEqual(
    4,
  );
});

test("the same key gives the same figures", async () => {
  const received = plantHeads({ heads: 12, sequences: 5, seed: 3, planted: true });
  const first = await compareWithBlosum(received, options);
  expect(await compareWithBlosum(received, options)).toEqual(first);
});

test("too few heads: every figure is null, none is NaN", async () => {
  const result = await compareWithBlosum(
    plantHeads({ heads: 2, sequences: 5, seed: 1, planted: true }),
    options,
  );
  expect(result).toMatchObject({
    headsKept: 2,
    headsTotal: 2,
    pearson: null,
    spearman: null,
    interval: null,
    mantelP: null,
  });
});

test("a model's result is what the REST contract promises", async () => {
  const model = tinyModel({ numHeads: 4, numLayers: 2, attention: mechanisms["exact"] as never });
  const sequences = Array.from({ length: 12 }, (_, i) => drawSequence(40, i));
  const result = await aminoAcidSimilarity(model, sequences, { ...options, edges: "flat" });
  expect(result.edges).toBe("flat");
  const parsed = SimilarityResponse.parse({
    model: "tiny",
    fingerprint: "f".repeat(64),
    ...result,
  });
  expect(parsed).toMatchObject({ headsKept: 8, headsTotal: 8, sequences: 12 });
  expect(parsed.similarity).toHaveLength(20);
  expect(parsed.blosum62).toEqual(BLOSUM62);
  expect(parsed.pearson).toBeTypeOf("number");
  expect(parsed.embeddingControl).toBeTypeOf("number");
});

test("an untrained linear model is too even for v1: no head passes, and nothing is claimed", async () => {
  const sequences = [drawSequence(60, "a"), drawSequence(60, "b")];
  const result = await aminoAcidSimilarity(tinyModel(), sequences, {
    ...options,
    edges: "v1",
  });
  expect(result).toMatchObject({ headsKept: 0, pearson: null, mantelP: null, interval: null });
});

test("without a choice of edges, exact attention is thresholded and linear attention is not", async () => {
  const sequences = [drawSequence(30, "a"), drawSequence(30, "b")];
  const few = { ...options, permutations: 9, resamples: 9 };
  const exact = tinyModel({ attention: mechanisms["exact"] as never });
  expect((await aminoAcidSimilarity(exact, sequences, few)).edges).toBe("v1");
  expect((await aminoAcidSimilarity(tinyModel(), sequences, few)).edges).toBe("flat");
});

test("embedding similarity is the cosine of the token vectors", async () => {
  const model = tinyModel();
  const similarity = await embeddingSimilarity(model);
  const embedding = model.parameters["embedding"] as Record<string, tf.Tensor2D>;
  const [a, c] = (embedding["token"] as tf.Tensor2D).arraySync() as [number[], number[]];
  const dot = (x: number[], y: number[]) => x.reduce((sum, v, i) => sum + v * (y[i] as number), 0);
  expect(similarity[0]?.[1]).toBeCloseTo(dot(a, c) / Math.sqrt(dot(a, a) * dot(c, c)), 10);
  similarity.forEach((row, i) => {
    expect(row).toHaveLength(20);
    expect(row[i]).toBeCloseTo(1, 12);
  });
});
