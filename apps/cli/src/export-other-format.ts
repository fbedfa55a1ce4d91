/** `performer export --format …`: a checkpoint in a form that other software reads. */
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { type Backend, loadRuntime, tensorflowLibraries } from "@performer/tensorflow";
import {
  type CheckpointChoice,
  exportGraph,
  exportSafetensors,
  loadCheckpoint,
} from "@performer/training";
import { resolveUserPath } from "./clone-root.ts";
import { selectRunCheckpoint } from "./find-model.ts";
import type { OtherFormat } from "./other-formats.ts";

export interface OtherFormatOptions {
  readonly format: OtherFormat;
  readonly output?: string;
  readonly select: CheckpointChoice;
  readonly rows: number;
  readonly length?: number;
  readonly backend: Backend;
  /** What a model card takes, which other forms have none of. */
  readonly name?: string;
  readonly data?: readonly string[];
  readonly before?: readonly string[];
  readonly dataDescription?: string;
  readonly licence?: string;
  readonly report?: string;
}

const DEFAULT_LENGTH = 512;
const CARD_OPTIONS = {
  name: "--name",
  data: "--data",
  before: "--before",
  dataDescription: "--data-description",
  licence: "--licence",
  report: "--report",
} as const;

/** @throws {Error} with the remedy, where an option does not fit or TensorFlow is not there. */
export async function exportOtherFormat(
  root: string,
  asked: string,
  options: OtherFormatOptions,
): Promise<void> {
  const { format, rows } = options;
  const card = Object.keys(CARD_OPTIONS) as (keyof typeof CARD_OPTIONS)[];
  const unused = card.find((name) => options[name] !== undefined);
  if (unused !== undefined) {
    throw new Error(
      `export: expected no ${CARD_OPTIONS[unused]} with --format ${format}, which has no model card; leave it out, or export the model folder first`,
    );
  }
  if (options.output === undefined) {
    throw new Error(`export: expected --output with --format ${format}, got none; name a new one`);
  }
  const output = resolveUserPath(root, options.output);
  await mkdir(dirname(output), { recursive: true });
  const source = await selectRunCheckpoint(root, asked, options.select);
  await loadRuntime({ root, prefer: options.backend });
  const checkpoint = await loadCheckpoint(source);
  if (format === "safetensors") {
    await exportSafetensors(checkpoint, output);
  } else {
    const libraries = tensorflowLibraries(root);
    if (libraries === null) {
      throw new Error(
        `export: expected TensorFlow, which traces graphs, for --format ${format}, got none; install it with: npm run performer -- setup`,
      );
    }
    const length = options.length ?? Math.min(DEFAULT_LENGTH, checkpoint.model.config.maxLength);
    await exportGraph({ checkpoint, libraries, format, output, rows, length });
  }
  process.stdout.write(`${output}\n`);
}
