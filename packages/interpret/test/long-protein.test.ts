/** An imported ESM-2 on titin, 34,350 residues: linear attention in memory that grows with the length, exact in its square. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { embedSequences, openAttention } from "@performer/interpret";
import { type PerformerModel, transferModel } from "@performer/performer";
import { encodeSequence, parseHeader } from "@performer/proteins";
import { readFastaFiles } from "@performer/proteins/node";
import { randomKey } from "@performer/random";
import { AttentionConfig } from "@performer/schema";
import { importEsm, loadCheckpoint } from "@performer/training";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { loadBackend } from "../../performer/test/support/backends.ts";
import { fixtureFolder } from "../../training/test/esm-fixture.ts";

const ANCHORS = join(import.meta.dirname, "../../../data/anchors.fasta");
const LONGEST = 34_352;
let titin: Uint8Array;
let exact: PerformerModel;
let favor: PerformerModel;

beforeAll(async () => {
  await loadBackend("wasm");
  const folder = await mkdtemp(join(tmpdir(), "performer-titin-"));
  await importEsm({ source: fixtureFolder("hub"), output: join(folder, "esm") });
  exact = (await loadCheckpoint(join(folder, "esm"))).model;
  await rm(folder, { recursive: true });
  const attention = AttentionConfig.parse({
    mechanism: "favor",
    featureMap: { kind: "softmax-positive" },
    numFeatures: 16,
  });
  favor = transferModel(exact, attention, randomKey(1), { maxLength: LONGEST });
  for await (const { header, sequence } of readFastaFiles([ANCHORS])) {
    if (parseHeader(header).accession === "Q8WZ42") titin = encodeSequence(sequence);
  }
});

/** Most bytes that tensors took while the first `length` residues were embedded. */
async function peakBytes(model: PerformerModel, length: number): Promise<number> {
  const before = tf.memory().numBytes;
  const { peakBytes: peak } = await tf.profile(async () => {
    const [embedding] = await embedSequences(model, [titin.subarray(0, length)]);
    expect(embedding?.length).toBe(length);
    expect(embedding?.mean.every(Number.isFinite)).toBe(true);
    return tf.scalar(0);
  });
  return peak - before;
}

test("titin is embedded whole, in memory that is linear in its length", async () => {
  expect(titin).toHaveLength(34_350);
  // with bos and eos a bucket of padded lengths, so that nothing is padded
  const [part, whole] = [await peakBytes(favor, 16_382), await peakBytes(favor, 34_350)];
  expect(whole / part / (34_352 / 16_384)).toBeGreaterThan(0.95);
  expect(whole / part / (34_352 / 16_384)).toBeLessThan(1.05);
  // the weights of one layer of exact attention alone would take 2 heads × 34,352² × 4 bytes, 9.4 GB
  expect(whole).toBeLessThan(100e6);
});

test("exact attention of the same model takes memory in the square of the length", async () => {
  const [half, whole] = [await peakBytes(exact, 400), await peakBytes(exact, 800)];
  expect(whole / half).toBeGreaterThan(3.5);
});

test("the attention maps of titin are read whole, in as many cells as can be drawn", async () => {
  const reader = openAttention(favor, titin);
  const side = { from: 0, to: 34_350, cells: 40 };
  const map = reader.read({ layer: 1, rows: side, columns: side });
  expect(map.shape).toEqual([2, 40, 40]);
  // a row of weights sums to 1, less what falls on cls and eos
  const rowSums = tf.mul(tf.sum(map, 2), 34_350 / 40).dataSync();
  for (const sum of rowSums) expect(sum).toBeCloseTo(1, 1);
  map.dispose();
  reader.dispose();
});
