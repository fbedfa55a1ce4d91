import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { disposeModel, initModel } from "@performer/performer";
import { randomKey } from "@performer/random";
import { ModelConfig, type ModelSummary } from "@performer/schema";
import { loadRuntime, tensorflowLibraries } from "@performer/tensorflow";
import { saveCheckpoint } from "@performer/training";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LoadedReader, loadModelReader } from "../src/compute/load-model-reader.ts";

const root = join(import.meta.dirname, "../../..");
const libraries = tensorflowLibraries(root);
const config = ModelConfig.parse({
  maxLength: 1024,
  embeddingSize: 64,
  numHeads: 2,
  numLayers: 2,
  feedForwardSize: 128,
  attention: { mechanism: "favor", numFeatures: 64 },
});
const drawSequence = (length: number) => Uint8Array.from({ length }, (_, i) => (7 * i * i) % 20);

/** Without TensorFlow (WebAssembly fallback) embeddings are computed eagerly. */
describe.skipIf(libraries === null)("embeddings through compiled graphs", () => {
  let eager: LoadedReader;
  let compiled: LoadedReader;
  const { signal } = new AbortController();
  const embed = (reader: LoadedReader, sequences: readonly Uint8Array[]) =>
    reader.embed(sequences, config.numLayers, signal);

  beforeAll(async () => {
    await loadRuntime({ root, prefer: "cpu" });
    const directory = await mkdtemp(join(tmpdir(), "compiled-"));
    const model = initModel(config, randomKey(3));
    const checkpoint = await saveCheckpoint({ directory, name: "tiny", step: 1, model });
    disposeModel(model);
    const summary: ModelSummary = {
      ...{
        name: "tiny",
        id: "tiny",
        fingerprint: "",
        shipped: false,
        step: 1,
        createdAt: "2026-01-01T00:00:00.000Z",
      },
      ...{ parameterCount: 1, config },
    };
    const load = (which: typeof libraries) =>
      loadModelReader(checkpoint, summary, { sample: async () => [], libraries: which });
    [eager, compiled] = [await load(null), await load(libraries)];
  });
  afterAll(() => {
    eager.dispose();
    compiled.dispose();
  });

  it.each([
    ["one sequence", [10]],
    ["five of one length bucket", [33, 40, 46, 34, 45]],
    ["several buckets in any order", [200, 1, 30, 90, 29, 31, 64]],
  ])("are the eager model's to 1e-5: %s", async (_what, lengths) => {
    const sequences = lengths.map(drawSequence);
    const [expected, actual] = [await embed(eager, sequences), await embed(compiled, sequences)];
    expect(actual.map(({ length }) => length)).toEqual(lengths);
    for (const [index, { residues, mean }] of expected.entries()) {
      expect(largestDifference(actual[index]?.residues, residues)).toBeLessThan(1e-5);
      expect(largestDifference(actual[index]?.mean, mean)).toBeLessThan(1e-5);
    }
  });

  it("leave the event loop free while they compute", async () => {
    const sequences = Array.from({ length: 32 }, () => drawSequence(1000));
    await embed(compiled, sequences.slice(0, 8)); // traced and compiled here
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const startedAt = performance.now();
    await embed(compiled, sequences);
    clearInterval(timer);
    const milliseconds = performance.now() - startedAt;
    // an eager pass would let the timer through once a batch, four times
    expect(ticks, `in ${milliseconds} ms`).toBeGreaterThan(12);
  });
});

function largestDifference(a: Float32Array | undefined, b: Float32Array): number {
  expect(a).toHaveLength(b.length);
  return b.reduce((most, value, i) => Math.max(most, Math.abs(value - (a?.[i] ?? 0))), 0);
}
