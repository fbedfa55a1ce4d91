/** The card of an exported model: what it says, and whose figures it takes. */
import "@tensorflow/tfjs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { EvaluationReport } from "@performer/schema";
import { expect, test } from "vitest";
import { describeFile } from "../src/export/describe-file.ts";
import { exportModel } from "../src/export/export-model.ts";
import { metricsOf } from "../src/metrics.ts";
import { makeExport, SOFTWARE } from "./export-fixture.ts";
import { tinyConfig } from "./fixture.ts";

const { root, save, options, exported } = await makeExport();
const { training } = tinyConfig();

const metrics = metricsOf({ lossSum: 250, weightSum: 100, correctSum: 21 });
const report = (weightsSha256: string): EvaluationReport => ({
  format: 1,
  createdAt: "2026-01-02T03:04:05.000Z",
  software: SOFTWARE,
  model: { name: "run", step: 1, parameterCount: 9, direction: "bidirectional", weightsSha256 },
  scoring: {
    task: "masked",
    fraction: 0.15,
    layout: "pad",
    window: 40,
    seeds: [0, 1],
    maxBatches: null,
  },
  baselines: {
    fittedOn: [{ name: "train.fasta", sha256: "a".repeat(64), sizeBytes: 12 }],
    order: 2,
  },
  sets: [
    {
      name: "test.fasta",
      sha256: "b".repeat(64),
      sizeBytes: 34,
      parts: [
        {
          name: "all",
          sequences: 1234,
          model: {
            draws: [metrics, metrics],
            perplexity: { mean: 12.3456, deviation: 0.0123 },
            accuracy: { mean: 0.2104, deviation: 0.0008 },
          },
          baselines: [metrics, metrics],
        },
      ],
    },
  ],
});

test("the card says data, budget, figures, limits and licence, from the manifest and the report alone", async () => {
  const trained = await save("carded", 4, {
    training,
    data: { files: ["train.fasta"], sequences: 3, residues: 24 },
  });
  const { sha256 } = await describeFile(join(trained, "weights.safetensors"));
  await exportModel(
    options({
      checkpoint: trained,
      output: join(root, "carded-model"),
      name: "tiny",
      data: {
        dataDescription: "Three made-up proteins.",
        licence: "Apache-2.0",
        dataFiles: [{ name: "train.fasta", sha256: "c".repeat(64), sizeBytes: 56 }],
        tokensSeen: 98_765,
      },
      report: report(sha256),
    }),
  );
  const card = await readFile(join(root, "carded-model", "MODEL_CARD.md"), "utf8");
  for (const text of [
    "# tiny",
    "the first 1 heads of each layer by softmax within 8 positions on each side",
    "AdamW, learning rate",
    "Three made-up proteins.",
    "train.fasta: 3 sequences, 24 residues.",
    "98,765 tokens read (4115.21 times the number of the residues)",
    "all replaced by the mask token, in 2 draws (± is their standard deviation).",
    "c".repeat(64),
    "| all | 1,234 | 12.346 ± 0.012 | 21.04 ± 0.08 % | 12.182 / 21.00 % | 12.182 / 21.00 % |",
    "Sequences of more than 38 residues are refused",
    "Apache-2.0",
  ]) {
    expect(card).toContain(text);
  }
});

test("what was not recorded is said to be so", async () => {
  const card = await readFile(join(exported, "MODEL_CARD.md"), "utf8");
  expect(card).toMatch(/## Training\n\nNot recorded\./);
  expect(card).toMatch(/## Figures\n\nNone were given\./);
  expect(card).toMatch(/## Licence\n\nNot stated/);
});

test("a report may be of the rounded weights; one of any others is refused", async () => {
  const { sha256 } = await describeFile(join(exported, "weights.safetensors"));
  const output = join(root, "with-report");
  const { exported: facts } = await exportModel(
    options({ checkpoint: exported, output, report: report(sha256) }),
  );
  expect(facts?.report?.model.weightsSha256).toBe(sha256);
  await expect(
    exportModel(options({ output: join(root, "other"), report: report("d".repeat(64)) })),
  ).rejects.toMatchObject({ fault: "foreign" });
});
