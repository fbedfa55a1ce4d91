/**
 * A model as a graph that other software runs: a SavedModel for TensorFlow, or a tfjs graph model. The
 * graph is the one that this project computes with, of one shape: rows of a fixed length, in which the
 * padding mask says what takes part. Outputs are the hidden states after the final norm and the logits.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CheckpointError } from "@performer/checkpoint";
import { createFolder, exists } from "@performer/durable-files";
import { applyModel } from "@performer/performer";
import { tokenNamesOf } from "@performer/proteins";
import {
  exportSavedModel,
  exportTfjsModel,
  type ForwardFunction,
  openProgram,
  type TensorFlowLibraries,
} from "@performer/tensorflow/compiled";
import type * as tf from "@tensorflow/tfjs-core";
import type { LoadedCheckpoint } from "../checkpoint/load-checkpoint.ts";
import { assignModel, modelOn } from "../compiled/graph-model.ts";

export type GraphFormat = "saved-model" | "tfjs";

export interface ExportGraphOptions {
  readonly checkpoint: LoadedCheckpoint;
  readonly libraries: TensorFlowLibraries;
  readonly format: GraphFormat;
  /** The new folder. */
  readonly output: string;
  /** B */
  readonly rows: number;
  /** L, bos and eos counted. */
  readonly length: number;
}

/**
 * @throws {CheckpointError} "exists" where the output is there.
 * @throws {RangeError} where the model does not take rows of that length.
 */
export async function exportGraph(options: ExportGraphOptions): Promise<void> {
  const { output, length, checkpoint } = options;
  const { maxLength } = checkpoint.model.config;
  if (length > maxLength) {
    throw new RangeError(
      `exportGraph: expected a length of at most ${maxLength} tokens, which the model takes, got ${length}`,
    );
  }
  if (await exists(output)) {
    throw new CheckpointError(
      "exists",
      output,
      `exportGraph: expected a new folder, got ${output}, which is there; name another, or move it away`,
    );
  }
  await createFolder(output, (partial) => fill(partial, options));
}

async function fill(
  directory: string,
  { checkpoint, libraries, format, rows, length }: ExportGraphOptions,
): Promise<void> {
  const { model, manifest } = checkpoint;
  const program = openProgram({ libraries });
  try {
    const graphModel = await assignModel(program, model);
    const build: ForwardFunction = (inputs, { variables }) => {
      const { tokens, paddingMask } = inputs as Record<"tokens" | "paddingMask", tf.Tensor2D>;
      const { hidden, logits } = applyModel(modelOn(graphModel, variables), {
        tokens,
        paddingMask,
      });
      return { hidden, logits };
    };
    const shape = [rows, length];
    const inputs = {
      tokens: { type: "int32", shape },
      paddingMask: { type: "float32", shape },
    } as const;
    const vocabulary = tokenNamesOf(model.config.vocabulary);
    const about = { name: manifest.name, step: manifest.step, vocabulary };
    switch (format) {
      case "saved-model": {
        await exportSavedModel(program, build, { directory, inputs });
        // where TensorFlow keeps files that are the user's own
        const extra = join(directory, "assets.extra");
        await mkdir(extra);
        await writeFile(join(extra, "performer.json"), `${JSON.stringify(about, null, 2)}\n`);
        return;
      }
      case "tfjs":
        return await exportTfjsModel(program, build, { directory, inputs, metadata: about });
      default:
        return format satisfies never;
    }
  } finally {
    await program.close();
  }
}
