import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { embedSequences } from "@performer/interpret";
import { disposeModel, initModel, type PerformerModel } from "@performer/performer";
import { randomKey } from "@performer/random";
import { loadRuntime } from "@performer/tensorflow";
import { saveCheckpoint } from "@performer/training";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type ComputeThread, openComputeThread } from "../src/compute/compute-thread.ts";
import type { EmbeddingsJob, ModelJob } from "../src/compute/job.ts";
import type { BatchFacts } from "../src/compute/token-batcher.ts";
import { summary } from "./fakes.ts";

const root = join(import.meta.dirname, "../../..");
const { signal } = new AbortController();
const batches: BatchFacts[] = [];
let model: PerformerModel;
let checkpoint: string;
let thread: ComputeThread;

beforeAll(async () => {
  await loadRuntime({ root, prefer: "cpu" });
  model = initModel(summary.config, randomKey(1));
  const directory = await mkdtemp(join(tmpdir(), "thread-"));
  checkpoint = await saveCheckpoint({ directory, name: "tiny", step: 1, model });
  const onBatch = (facts: BatchFacts) => batches.push(facts);
  thread = await openComputeThread({ root, backend: "cpu", isEager: false, onBatch });
});
afterAll(async () => {
  await thread.close();
  disposeModel(model);
});

const sequence = Uint8Array.from({ length: 20 }, (_, i) => (7 * i) % 20);
const embeddings: EmbeddingsJob = {
  ...{ kind: "embeddings", layer: 2, include: "residues", dtype: "float32", format: "raw" },
  sequences: [{ accession: "a", sequence }],
};
const masked: ModelJob = {
  ...{ kind: "mutations", accession: "a", sequence, method: "masked-marginals", format: "ndjson" },
  ...{ positions: [...sequence.keys()], cost: { passes: 20, residues: 400 } },
};

it("gives the numbers of the model in this process, and tells of its batches", async () => {
  const loaded = await thread.load(checkpoint, summary);
  const pieces: Uint8Array[] = [];
  for await (const piece of loaded.answer(embeddings, signal)) pieces.push(piece);
  const bytes = Uint8Array.from(Buffer.concat(pieces));
  const [expected] = await embedSequences(model, [sequence]);
  const actual = new Float32Array(bytes.buffer);
  expect(actual).toHaveLength(expected?.residues.length ?? 0);
  actual.forEach((value, i) => {
    expect(Math.abs(value - (expected?.residues[i] ?? Number.NaN))).toBeLessThan(1e-6);
  });
  expect(batches.at(-1)).toEqual({ rows: 1, tokens: 32, residues: 20 });
  loaded.dispose();
});

it("a checkpoint that is not there fails its load alone", async () => {
  await expect(thread.load(join(checkpoint, "missing"), summary)).rejects.toThrow("manifest");
  const loaded = await thread.load(checkpoint, summary);
  for await (const _ of loaded.answer(embeddings, signal));
  loaded.dispose();
});

it("an answer that is given up ends at once with the signal's reason, and others go on", async () => {
  const loaded = await thread.load(checkpoint, summary);
  const client = new AbortController();
  const read = async () => {
    for await (const _ of loaded.answer(masked, client.signal)) client.abort(new Error("left"));
  };
  await expect(read()).rejects.toThrow("left");
  await expect(read()).rejects.toThrow("left");
  for await (const _ of loaded.answer(masked, signal)) break; // a reader may stop without a signal
  let lines = "";
  for await (const piece of loaded.answer(masked, signal)) lines += Buffer.from(piece);
  expect(lines.match(/"type":"position"/g)).toHaveLength(20);
  loaded.dispose();
});

it("a failure in the thread is an error here, with the words of there", async () => {
  const loaded = await thread.load(checkpoint, summary);
  const tooLong = { ...embeddings, sequences: [{ accession: "a", sequence: new Uint8Array(63) }] };
  const read = async () => {
    for await (const _ of loaded.answer(tooLong, signal));
  };
  await expect(read()).rejects.toThrow("expected 1 to 62 residues");
  loaded.dispose();
});

it("once closed it is not lost, and answers nothing", async () => {
  const other = await openComputeThread({
    ...{ root, backend: "cpu", isEager: false, onBatch: () => undefined },
  });
  let isLost = false;
  void other.lost.then(() => {
    isLost = true;
  });
  await other.close();
  await expect(other.load(checkpoint, summary)).rejects.toThrow("the compute thread ended");
  expect(isLost).toBe(false);
});
