/**
 * A checkpoint made into a model folder: float16 weights without the optimiser's slots, a manifest that
 * says where they come from, and a card for people. The folder is one that `loadCheckpoint` reads. It
 * gets its name when it is whole, and never takes the place of another.
 */
import { basename, join } from "node:path";
import { CheckpointError, WEIGHTS_FILE } from "@performer/checkpoint";
import { writeNewFile } from "@performer/durable-files";
import { disposeModel } from "@performer/performer";
import { tokenNamesOf } from "@performer/proteins";
import type { CheckpointManifest, EvaluationReport, ExportedModel } from "@performer/schema";
import { type LoadedCheckpoint, loadCheckpoint } from "../checkpoint/load-checkpoint.ts";
import { writeSafetensors } from "../checkpoint/safetensors-file.ts";
import { writeWholeFolder } from "../checkpoint/whole-folder.ts";
import { renderModelCard } from "./model-card.ts";
import { compareModels, halfTensors, roundModel } from "./round-model.ts";

const CARD_FILE = "MODEL_CARD.md";

export interface ExportModelOptions {
  /** A checkpoint's folder, or a model's that was exported before. */
  readonly checkpoint: string;
  /** The new folder. */
  readonly output: string;
  /** Shown to people. Default: the folder's name. */
  readonly name?: string | undefined;
  /** Name and version of this software, for the record. */
  readonly software: string;
  /** Residue ids, without specials: what the rounding is measured on. */
  readonly sequences: readonly Uint8Array[];
  /** What is known of the training data. Default: what an exported model said of it. */
  readonly data?: Pick<ExportedModel, "dataDescription" | "licence" | "dataFiles" | "tokensSeen">;
  /** Figures, measured on the checkpoint or on its rounded weights. Default: likewise. */
  readonly report?: EvaluationReport | undefined;
}

/**
 * @returns the manifest of the new folder.
 * @throws {CheckpointError} "exists" where the output is there; as `loadCheckpoint` of the checkpoint;
 *   "foreign" where the report is of other weights.
 */
export async function exportModel(options: ExportModelOptions): Promise<CheckpointManifest> {
  return writeWholeFolder(options.output, async (partial) => {
    const loaded = await loadCheckpoint(options.checkpoint);
    try {
      return await fill(partial, loaded, options);
    } finally {
      disposeModel(loaded.model);
    }
  });
}

async function fill(
  folder: string,
  { model, manifest: source }: LoadedCheckpoint,
  { name, output, software, sequences, data, report, checkpoint }: ExportModelOptions,
): Promise<CheckpointManifest> {
  const weights = await writeSafetensors(join(folder, WEIGHTS_FILE), halfTensors(model));
  const before = source.exported;
  const sourceSha256 = before?.sourceSha256 ?? source.files[WEIGHTS_FILE]?.sha256 ?? "";
  const measured = report ?? before?.report;
  if (measured !== undefined) {
    assertReportOf(measured, [sourceSha256, weights.sha256], checkpoint);
  }
  const { resume: _, exported: __, ...kept } = source;
  const manifest: CheckpointManifest = {
    ...kept,
    name: name ?? basename(output),
    files: { [WEIGHTS_FILE]: weights },
    exported: {
      ...pickData(before),
      ...data,
      software,
      precision: "float16",
      vocabulary: [...tokenNamesOf(source.model.vocabulary)],
      sourceSha256,
      rounding: before?.rounding ?? (await measureRounding(model, sequences)),
      ...(measured && { report: measured }),
    },
  };
  await writeNewFile(join(folder, CARD_FILE), renderModelCard(manifest));
  return manifest;
}

function pickData(before: ExportedModel | undefined): ExportModelOptions["data"] {
  const { dataDescription, licence, dataFiles, tokensSeen } = before ?? {};
  return {
    ...(dataDescription !== undefined && { dataDescription }),
    ...(licence !== undefined && { licence }),
    ...(dataFiles !== undefined && { dataFiles }),
    ...(tokensSeen !== undefined && { tokensSeen }),
  };
}

async function measureRounding(
  model: LoadedCheckpoint["model"],
  sequences: readonly Uint8Array[],
): Promise<ExportedModel["rounding"]> {
  const rounded = await roundModel(model);
  try {
    return await compareModels(model, rounded, sequences);
  } finally {
    disposeModel(rounded);
  }
}

/** Figures of other weights would be a false claim. */
function assertReportOf(
  { model }: EvaluationReport,
  sha256: readonly string[],
  checkpoint: string,
): void {
  if (sha256.includes(model.weightsSha256)) return;
  throw new CheckpointError(
    "foreign",
    checkpoint,
    `exportModel: expected a report of these weights (SHA-256 ${sha256.join(" or, rounded, ")}), got one of ${model.name} at step ${model.step} (${model.weightsSha256}); measure them with: performer evaluate --checkpoint ${checkpoint} --report FILE`,
  );
}
