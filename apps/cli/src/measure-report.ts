/** What `performer evaluate` does: files and a model in, an evaluation report out. */
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { countParameters } from "@performer/performer";
import { countNgrams, ngramBaseline } from "@performer/proteins";
import { createFileSource } from "@performer/proteins/node";
import {
  type CheckpointManifest,
  DataConfig,
  EVALUATION_FORMAT,
  type EvaluationReport,
  MaskingConfig,
} from "@performer/schema";
import {
  describeFile,
  evaluateBatch,
  evaluateSet,
  type SequencePart,
  sequenceParts,
} from "@performer/training";
import { resolveUserPath } from "./clone-root.ts";
import { loadModel, type ModelOptions } from "./load-model.ts";
import { SOFTWARE } from "./software.ts";

export interface MeasureReportOptions extends ModelOptions {
  readonly baseline?: readonly string[];
  readonly order: number;
  readonly subset?: string;
  readonly where?: readonly string[];
  readonly draws: number;
  /** Share of each sequence that a masked model fills in, whatever its training hid. */
  readonly hidden: number;
  readonly seed: number;
  readonly batches?: number;
  readonly layout?: DataConfig["layout"];
  readonly lenient?: true;
}

/**
 * Progress, where there is more than one draw, goes to standard error.
 * @throws {FastaError} for a fault in a file, before the model is loaded; as `loadModel`, `evaluateSet`.
 */
export async function measureReport(
  root: string,
  files: readonly string[],
  options: MeasureReportOptions,
): Promise<EvaluationReport> {
  const policy = options.lenient ? "lenient" : "strict";
  const scored = filesOr(root, files, "sample-valid.fasta.gz");
  const fitted = filesOr(root, options.baseline ?? [], "sample-train.fasta.gz");
  const parts = await readParts(root, options);
  const counts = await countNgrams(createFileSource(fitted), { order: options.order, policy });
  const baselines = counts.byLength.map((_, n) => ngramBaseline(counts, n + 1));

  const { model, manifest, compiled } = await loadModel(root, options);
  const { direction } = model.config;
  const config = batchConfig(manifest, options);
  // without masks, further draws would be the same again
  const draws = direction === "causal" ? 1 : options.draws;
  const seeds = Array.from({ length: draws }, (_, draw) => options.seed + draw);
  const sets: EvaluationReport["sets"] = [];
  try {
    for (const file of scored) {
      const name = basename(file);
      const evaluated = await evaluateSet({
        evaluate: compiled?.evaluateBatch ?? ((batch) => evaluateBatch(model, batch)),
        name,
        source: createFileSource([file]),
        parts,
        baselines,
        direction,
        policy,
        seeds,
        ...config,
        maxBatches: options.batches,
        onDraw(draw) {
          if (draws * scored.length === 1) return;
          process.stderr.write(`${name}: draw ${draw + 1} of ${draws}\n`);
        },
      });
      sets.push({ ...(await describeFile(file)), parts: evaluated });
    }
  } finally {
    await compiled?.close();
  }
  return {
    format: EVALUATION_FORMAT,
    createdAt: new Date().toISOString(),
    software: SOFTWARE,
    model: {
      name: manifest.name,
      step: manifest.step,
      parameterCount: countParameters(model.config),
      direction,
      weightsSha256: manifest.files["weights.safetensors"]?.sha256 ?? "",
    },
    scoring: {
      task: direction === "causal" ? "next" : "masked",
      fraction: direction === "causal" ? null : config.masking.fraction,
      layout: config.data.layout,
      window: config.data.sequenceLength,
      seeds,
      maxBatches: options.batches ?? null,
    },
    baselines: { fittedOn: await Promise.all(fitted.map(describeFile)), order: options.order },
    ...(options.subset !== undefined && {
      subset: await describeFile(resolveUserPath(root, options.subset)),
    }),
    sets,
  };
}

async function readParts(
  root: string,
  { subset, where, batches }: MeasureReportOptions,
): Promise<SequencePart[]> {
  if (subset !== undefined && batches !== undefined) {
    // the whole is the sum of its parts, and would be of other proportions
    throw new Error(
      "evaluate: expected --subset or --batches, got both; leave --batches out, or score the whole alone",
    );
  }
  if (subset === undefined) {
    if (where === undefined) return [];
    throw new Error("evaluate: expected a table for --where, got none; name it with --subset FILE");
  }
  const text = await readFile(resolveUserPath(root, subset), "utf8").catch(
    (cause: NodeJS.ErrnoException) => {
      throw new Error(
        `evaluate: ${subset} cannot be read (${cause.code}); name a tab-separated table with --subset`,
        { cause },
      );
    },
  );
  return sequenceParts(text, subset, where);
}

/** Rows as in training; for weights that carry no training config, the defaults at the model's length. */
function batchConfig(
  { training, model }: CheckpointManifest,
  { layout, hidden }: MeasureReportOptions,
) {
  const sequenceLength = Math.min(model.maxLength, DataConfig.parse({}).sequenceLength);
  const data = training?.data ?? DataConfig.parse({ sequenceLength });
  const masking = MaskingConfig.parse({ fraction: hidden });
  return { data: { ...data, layout: layout ?? data.layout }, masking };
}

function filesOr(root: string, files: readonly string[], bundled: string): string[] {
  if (files.length === 0) return [join(root, "data", bundled)];
  return files.map((file) => resolveUserPath(root, file));
}
