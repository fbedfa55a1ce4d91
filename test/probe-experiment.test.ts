/** The probe of secondary structure: its data, its baselines and its figures, on a tiny model. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { initModel } from "@performer/performer";
import { STANDARD_RESIDUES } from "@performer/proteins";
import { randomKey } from "@performer/random";
import { ModelConfig } from "@performer/schema";
import { loadRuntime } from "@performer/tensorflow";
import { expectClose } from "@performer/testing";
import { saveCheckpoint } from "@performer/training";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { differencesOf, estimateShare } from "../experiments/probe/accuracy.ts";
import { readChains, STATES } from "../experiments/probe/chains.ts";
import { loadModels } from "../experiments/probe/load-models.ts";
import { measureProbe } from "../experiments/probe/measure.ts";
import { probeFigures, probeTables } from "../experiments/probe/present.ts";
import { featureKinds, ProbeResult } from "../experiments/probe/result.ts";
import {
  compositionFeatures,
  residueFeatures,
  windowFeatures,
} from "../experiments/probe/window-features.ts";
import { SHIPPED } from "../experiments/trained/open-model.ts";

const root = join(import.meta.dirname, "..");
const data = join(root, "data/secondary-structure.tsv.gz");
const scratch = mkdtempSync(join(tmpdir(), "probe-"));
afterAll(() => rmSync(scratch, { recursive: true }));

describe("chains", () => {
  test("the committed file: 1,500 to train on, 500 to test on, none twice, three states in all", async () => {
    const { train, test: tests } = await readChains(data);
    expect([train.length, tests.length]).toEqual([1500, 500]);
    const all = [...train, ...tests];
    expect(new Set(all.map(({ name }) => name)).size).toBe(2000);
    expect(new Set(all.map(({ residues }) => residues.join())).size).toBe(2000);
    const lengths = all.map(({ residues }) => residues.length);
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(60);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(400);
    // counted from the file by zcat, cut, fold and uniq: H + G + I, E + B, T + S + C
    const counts = STATES.map((_, state) =>
      all.reduce((sum, { states }) => sum + states.filter((each) => each === state).length, 0),
    );
    expect(counts).toEqual([129_835 + 14_692 + 1_755, 87_368 + 3_963, 42_233 + 30_861 + 72_163]);
  });

  test("8 states become 3: H, G, I helix; E, B strand; T, S and coil other", async () => {
    const file = join(scratch, "states.tsv.gz");
    const header = "part\tchain\tnearest_pretraining_identity\tsequence\tdssp";
    writeFileSync(file, gzipSync(`${header}\ntest\t1ABC_A\t0.25\tACDEFGHI\tHGIEBTSC\n`));
    const { train, test: tests } = await readChains(file);
    expect(train).toEqual([]);
    expect(tests).toEqual([
      {
        name: "1ABC_A",
        residues: Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7]),
        states: Uint8Array.from([0, 0, 0, 1, 1, 2, 2, 2]),
        nearestIdentity: 0.25,
      },
    ]);
  });

  test.each([
    ["a state short", "test\t1ABC_A\t0\tACD\tHH", "tsv.gz:2"],
    ["an unknown state", "test\t1ABC_A\t0\tACD\tHH?", "tsv.gz:2"],
    ["an unknown part", "valid\t1ABC_A\t0\tACD\tHHH", "tsv.gz:2"],
  ])("a line with %s is refused with its place and the remedy", async (title, line, place) => {
    const file = join(scratch, `${title}.tsv.gz`);
    const header = "part\tchain\tnearest_pretraining_identity\tsequence\tdssp";
    writeFileSync(file, gzipSync(`${header}\n${line}\n`));
    await expect(readChains(file)).rejects.toThrow(place);
    await expect(readChains(file)).rejects.toThrow("git checkout");
  });
});

describe("features of the sequence", () => {
  const residues = Uint8Array.from([3, 0, 3, 19]);
  const V = STANDARD_RESIDUES.length;

  test("a window holds each neighbour at its offset, and zeros past the ends", () => {
    const features = windowFeatures(residues, 1);
    const ones = Array.from(features.entries()).flatMap(([i, value]) => (value === 1 ? [i] : []));
    const size = 3 * V;
    expect(features.length).toBe(residues.length * size);
    expect(ones).toEqual([
      ...[V + 3, 2 * V + 0],
      ...[size + 3, size + V + 0, size + 2 * V + 3],
      ...[2 * size + 0, 2 * size + V + 3, 2 * size + 2 * V + 19],
      ...[3 * size + 3, 3 * size + V + 19],
    ]);
    expect(residueFeatures(residues)).toEqual(windowFeatures(residues, 0));
  });

  test("composition: the residue, the frequencies of the chain, the logarithm of its length", () => {
    const row = compositionFeatures(residues).subarray(2 * (2 * V + 1), 3 * (2 * V + 1));
    expect(row[3]).toBe(1);
    expect(row.subarray(0, V).reduce((sum, value) => sum + value)).toBe(1);
    expectClose([row[V] ?? 0, row[V + 3] ?? 0, row[V + 19] ?? 0], [0.25, 0.5, 0.25]);
    expectClose(row[2 * V] ?? 0, Math.log(4));
  });
});

describe("accuracy", () => {
  const resampling = { key: randomKey(1), resamples: 2000 };

  test("residues are pooled, and the interval is that of a ratio over chains drawn again", async () => {
    // 400 chains of equal length: the interval of a mean, ± 1.96 standard errors
    const hits = Array.from({ length: 400 }, (_, chain) => 40 + (chain % 21));
    const { value, interval } = await estimateShare(
      hits,
      hits.map(() => 100),
      resampling,
    );
    const mean = hits.reduce((sum, count) => sum + count / 100, 0) / 400;
    const deviation = Math.sqrt(hits.reduce((sum, c) => sum + (c / 100 - mean) ** 2, 0) / 400);
    expectClose(value, mean, { rtol: 1e-12, atol: 0 });
    const error = (1.96 * deviation) / Math.sqrt(400);
    expectClose(interval ?? [], [mean - error, mean + error], { rtol: 0, atol: 0.1 * error });
    expect((await estimateShare([1, 9], [1, 99], resampling)).value).toBe(0.1);
  });

  test("a difference is paired: what two sets miss alike leaves no uncertainty", async () => {
    const hits = [10, 50, 30, 90];
    const run = (features: (typeof featureKinds)[number], gain: number) => ({
      ...{ features, dimensions: 1, trainChains: 9, trainResidues: 1, penalty: 1, macroF1: 0 },
      ...{ confusion: [], accuracy: { value: 0, interval: null } },
      hits: hits.map((count) => count + gain),
    });
    const runs = featureKinds.map((kind) => run(kind, kind === "trained-model" ? 5 : 0));
    const lengths = hits.map(() => 100);
    const nearestIdentity = [0, 0.9, 0.2, 0.3];
    const model = { name: "", parameters: 0, width: 0, direction: "causal" as const, step: 0 };
    const result = { model, lengths, nearestIdentity, shares: [], runs, differences: [] };
    for (const { all, novel } of await differencesOf(result, resampling)) {
      expectClose([all.value, ...(all.interval ?? [])], [0.05, 0.05, 0.05]);
      expectClose([novel?.value ?? 0, ...(novel?.interval ?? [])], [0.05, 0.05, 0.05]);
    }
  });
});

describe("a tiny run", () => {
  let checkpoint: string;
  const parameters = () => ({
    checkpoint,
    ...{ trainChains: [3, 6], testChains: 5, penalties: [0.1, 1], resamples: 50, seed: 0 },
  });

  beforeAll(async () => {
    await loadRuntime({ root });
    const config = ModelConfig.parse({
      ...{ maxLength: 512, embeddingSize: 16, numHeads: 2, numLayers: 1, feedForwardSize: 16 },
      attention: { mechanism: "favor", numFeatures: 8 },
    });
    const model = initModel(config, randomKey(7));
    checkpoint = await saveCheckpoint({ directory: scratch, name: "tiny", step: 3, model });
  });

  async function measured(previous: ProbeResult | null) {
    const partial: ProbeResult[] = [];
    const run = measureProbe(parameters(), { root, previous });
    for (;;) {
      const { done, value } = await run.next();
      if (done) return { result: ProbeResult.parse(value), partial };
      if (value.partial) partial.push(value.partial);
    }
  }

  test("every feature set and size once; counts agree; interrupted and continued gives the same", async () => {
    const { result, partial } = await measured(null);
    expect(result.runs.map(({ features, trainChains }) => `${features} ${trainChains}`)).toEqual(
      featureKinds.flatMap((kind) => [`${kind} 3`, `${kind} 6`]),
    );
    const residues = result.lengths.reduce((sum, length) => sum + length, 0);
    for (const { hits, confusion, accuracy } of result.runs) {
      const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
      expect(sum(confusion.map(sum))).toBe(residues);
      expect(sum(confusion.map((row, state) => row[state] as number))).toBe(sum(hits));
      expectClose(accuracy.value, sum(hits) / residues, { rtol: 1e-12, atol: 0 });
    }
    expect(result.model).toMatchObject({ name: "tiny", width: 16, step: 3 });
    expect(result.runs.map(({ dimensions }) => dimensions)).toEqual(
      [20, 41, 300, 16, 16].flatMap((size) => [size, size]),
    );
    expect((await measured(partial[4] as ProbeResult)).result).toEqual(result);

    const [figure] = probeFigures(result);
    expect(figure).toMatchObject({ kind: "lines", series: { length: featureKinds.length } });
    const [scores, differences] = probeTables(result);
    expect(scores?.rows.length).toBe(featureKinds.length);
    expect(differences?.rows.length).toBe(featureKinds.length - 1);
  }, 300_000); // four seconds where nothing else runs

  test("more chains than there are, a folder that is not there, and a clone without a model are refused", async () => {
    const tooMany = measureProbe(
      { ...parameters(), trainChains: [1501] },
      { root, previous: null },
    );
    await expect(tooMany.next()).rejects.toThrow("at most 1500 training");
    await expect(loadModels(root, { checkpoint: "runs/absent", seed: 0 })).rejects.toThrow(
      "there is no such folder",
    );
    await expect(loadModels(scratch, { checkpoint: SHIPPED, seed: 0 })).rejects.toThrow(
      "--checkpoint",
    );
  });
});
