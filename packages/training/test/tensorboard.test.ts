import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunEvent } from "@performer/schema";
import { afterAll, beforeAll, expect, test } from "vitest";
import { metricsOf } from "../src/metrics.ts";
import { crc32c } from "../src/tensorboard/crc32c.ts";
import { openEventFile } from "../src/tensorboard/event-file.ts";
import { decodeMessage, readRecords } from "./tfrecord-decoder.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tensorboard-"));
});
afterAll(() => rm(folder, { recursive: true }));

const metrics = metricsOf({ lossSum: 6, weightSum: 3, correctSum: 1 });
const at = (step: number, time: string) => ({ step, time });

async function writeAndRead(events: RunEvent[]) {
  const file = await openEventFile(folder, new Date("2030-01-01T00:00:00Z"));
  for (const event of events) await file.append(event);
  await file.close();
  const bytes = await readFile(file.path);
  await rm(file.path);
  return readRecords(bytes).map((record) => decodeMessage(record));
}

test("CRC-32C has the check value of its catalogue entry and the vectors of RFC 3720 B.4", () => {
  expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
});

test("the file opens with the version record and holds each step's scalars with step and time", async () => {
  const [version, step, ...rest] = await writeAndRead([
    {
      type: "step",
      ...at(300, "2030-01-01T00:00:01.500Z"),
      metrics,
      learningRate: 0.25,
      gradientNorm: 2,
      tokensPerSecond: 1000,
      secondsLeft: 3,
      waitShare: 0.01,
    },
  ]);
  expect(rest).toEqual([]);
  expect(version).toEqual({ wallTime: Date.UTC(2030, 0, 1) / 1000, fileVersion: "brain.Event:2" });
  expect(step).toEqual({
    wallTime: Date.UTC(2030, 0, 1) / 1000 + 1.5,
    step: 300,
    scalars: {
      "train/loss": 2,
      "train/perplexity": Math.fround(Math.exp(2)),
      "train/accuracy": Math.fround(1 / 3),
      "train/learning_rate": 0.25,
      "train/gradient_norm": 2,
      "train/tokens_per_second": 1000,
    },
  });
});

test("evaluations are written under validation/, a perplexity past float32 as infinity", async () => {
  const [, evaluation] = await writeAndRead([
    {
      type: "evaluation",
      ...at(7, "2030-01-01T00:00:00Z"),
      metrics: { ...metrics, perplexity: Number.MAX_VALUE },
    },
  ]);
  expect(evaluation?.scalars).toEqual({
    "validation/loss": 2,
    "validation/perplexity": Infinity,
    "validation/accuracy": Math.fround(1 / 3),
  });
});

test("a resumed run tells TensorBoard to drop the steps after the checkpoint; a fresh one does not", async () => {
  const start = {
    type: "start",
    time: "2030-01-01T00:00:00Z",
    totalSteps: 10,
    parameterCount: 1,
    backend: "cpu",
    baseline: { perplexity: 18, accuracy: 0.1 },
  } as const;
  const [, restart] = await writeAndRead([{ ...start, step: 200, resumedFrom: 200 }]);
  expect(restart).toMatchObject({ step: 201, sessionStatus: 1 });
  expect(await writeAndRead([{ ...start, step: 0, resumedFrom: 0 }])).toHaveLength(1);
});

test("checkpoints and the end leave no record", async () => {
  const records = await writeAndRead([
    { type: "checkpoint", ...at(1, "2030-01-01T00:00:00Z"), name: "step-00000001" },
    { type: "end", ...at(1, "2030-01-01T00:00:00Z"), reason: "finished" },
  ]);
  expect(records).toHaveLength(1);
});
