/** The scaling study: its arithmetic, and that docs/scaling.md says what docs/scaling.json gives. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ModelConfig } from "@performer/schema";
import { describe, expect, test } from "vitest";
import {
  fitExchange,
  predictChips,
  predictHere,
  predictHosts,
  ringBytes,
  ringMs,
  type ScalingStudy,
  trainingFlops,
} from "../bench/scaling/model.ts";
import { withBlock } from "../bench/scaling/page.ts";
import { formatStudy } from "../bench/scaling/report.ts";

const docs = join(import.meta.dirname, "../docs");

/** A machine of known speeds: update 10 ms, 100 MB/s, 0.5 ms a hop; a million parameters. */
const KNOWN = { updateMs: 10, bytesPerSecond: 1e8, hopMs: 0.5 };
const exchangeMs = (workers: number) =>
  KNOWN.updateMs +
  (1000 * ((2 * (workers - 1)) / workers) * 4e6) / KNOWN.bytesPerSecond +
  2 * (workers - 1) * KNOWN.hopMs;
const point = (workers: number) => ({
  workers,
  computeMs: 200,
  stepMs: 200 + exchangeMs(workers),
  meetMs: 1 + (workers - 1) * KNOWN.hopMs,
});
const STUDY: ScalingStudy = {
  ...{ machine: "a machine", cores: 2, date: "2026-01-01", quiet: true },
  ...{ parameters: 1e6, rows: 2, length: 512 },
  alone: { oneThreadMs: 210, allCoresMs: 120 },
  points: [point(1), point(2)],
};

describe("the model", () => {
  test("finds again the speeds that times were made from", () => {
    const { updateMs, bytesPerSecond, hopMs } = fitExchange(STUDY);
    expect(updateMs).toBeCloseTo(KNOWN.updateMs, 9);
    expect(bytesPerSecond).toBeCloseTo(KNOWN.bytesPerSecond, 3);
    expect(hopMs).toBeCloseTo(KNOWN.hopMs, 9);
  });

  test("a ring moves each gradient twice, less a worker's own share, in two rounds of hops", () => {
    expect(ringBytes(1e6, 1)).toBe(0);
    expect(ringBytes(1e6, 2)).toBe(4e6);
    expect(ringBytes(1e6, 4)).toBe(6e6);
    expect(ringMs(1e6, 4, { bytesPerSecond: 6e6, hopMs: 1 })).toBe(1000 + 6);
  });

  test("here it is the measured step, and a multiple of it where workers share cores", () => {
    expect(predictHere(STUDY, 2)).toBeCloseTo(point(2).stepMs, 9);
    expect(predictHere(STUDY, 4)).toBeCloseTo(2 * point(4).stepMs, 9);
  });

  test("hosts: no link is faster than gRPC was, a slow one counts, and efficiency is of the host alone", () => {
    const fast = predictHosts(STUDY, 8, 100);
    expect(fast.stepMs).toBeCloseTo(120 + exchangeMs(8) - KNOWN.updateMs, 9);
    expect(fast.efficiency).toBeCloseTo(120 / fast.stepMs, 12);
    expect(fast.tokensPerSecond).toBeCloseTo((8 * 1024 * 1000) / fast.stepMs, 9);
    // 0.4 Gbit/s is half of the 100 MB/s
    expect(predictHosts(STUDY, 8, 0.4).stepMs - 120 - 7).toBeCloseTo(
      2 * (fast.stepMs - 120 - 7),
      9,
    );
  });

  test("chips: floating-point operations over what is reached of the peak, and the ring", () => {
    const config = ModelConfig.parse({
      ...{ maxLength: 8, embeddingSize: 2, numHeads: 1, numLayers: 3, feedForwardSize: 5 },
      attention: { mechanism: "favor", numFeatures: 7 },
    });
    // per layer: 4 · 2² + 2 · 2 · 5 weights and 8 · 7 · 2 of attention; the head: 2 · 29 weights
    const flops = 6 * (3 * (16 + 20) + 2 * 29) + 3 * 3 * 112;
    expect(trainingFlops(config)).toBe(flops);
    const chip = {
      ...{ peakFlops: 1e6, utilization: 0.5, rows: 1, length: 10 },
      link: { bytesPerSecond: 1e3, hopMs: 0 },
    };
    const { stepMs } = predictChips(config, 1000, 2, chip);
    expect(stepMs).toBeCloseTo((1000 * 10 * flops) / 5e5 + 4000, 6);
  });

  test("times that say nothing are refused: a missing number of workers, two as fast as one", () => {
    expect(() => fitExchange({ ...STUDY, points: [point(1)] })).toThrow("measure both");
    const same = { ...point(1), workers: 2 };
    expect(() => fitExchange({ ...STUDY, points: [point(1), same] })).toThrow("measure again");
  });
});

test("docs/scaling.md is what the bench makes of docs/scaling.json", () => {
  const study = JSON.parse(readFileSync(join(docs, "scaling.json"), "utf8")) as ScalingStudy;
  const page = readFileSync(join(docs, "scaling.md"), "utf8");
  expect(withBlock(page, formatStudy(study))).toBe(page);
});
