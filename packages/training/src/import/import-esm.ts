/**
 * An ESM-2 checkpoint of Hugging Face made into a model folder, which every command reads: config.json to
 * a model config, tensors to parameters one by one, in float32. No tensor is made, so no backend is
 * needed. The folder gets its name when it is whole.
 */

import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { WEIGHTS_FILE } from "@performer/checkpoint";
import { exists } from "@performer/durable-files";
import { type ParameterShape, parameterShapes } from "@performer/performer";
import { ESM_FILE_ORDER } from "@performer/proteins";
import {
  CHECKPOINT_FORMAT,
  type CheckpointManifest,
  EsmCheckpointConfig,
  parseWith,
} from "@performer/schema";
import {
  type HostTensor,
  type StoredTensor,
  writeSafetensors,
} from "../checkpoint/safetensors-file.ts";
import { writeWholeFolder } from "../checkpoint/whole-folder.ts";
import { assertSupported, esmModelConfig } from "./esm-config.ts";
import { arrange, isFrequencies, isUnused, sourceOf, usualName } from "./esm-tensors.ts";
import { ImportError } from "./import-error.ts";
import { openTensorFiles, readJson, type TensorFiles } from "./tensor-files.ts";

export interface ImportEsmOptions {
  /** A folder as `save_pretrained` leaves it, or its model.safetensors with config.json beside it. */
  readonly source: string;
  /** The new folder. */
  readonly output: string;
  /** Longest sequence in tokens; rotary positions have no end. Default: max_position_embeddings. */
  readonly maxLength?: number | undefined;
  /** What the weights are, for the record. Default: the source's name. */
  readonly name?: string | undefined;
}

export interface ImportedModel {
  readonly manifest: CheckpointManifest;
  /** Tensors of the files that the model has no place for, such as those of a classifier. */
  readonly leftOut: readonly string[];
}

/**
 * @throws {ImportError} naming what is missing or has no counterpart here.
 * @throws {CheckpointError} "exists" where the output is there.
 * @throws {SafetensorsError | SchemaError} where a file is damaged.
 */
export async function importEsm(options: ImportEsmOptions): Promise<ImportedModel> {
  const { source, output } = options;
  const isFile = source.endsWith(".safetensors");
  const folder = isFile ? dirname(source) : source;
  const path = join(folder, "config.json");
  const config = parseWith(EsmCheckpointConfig, await readJson(path), path);
  assertSupported(config);
  await assertAlphabet(join(folder, "vocab.txt"));
  const files = await openTensorFiles(source);
  const stored = new Map([...files.entries.keys()].map((name) => [usualName(name), name]));
  assertHead(stored, source);

  const frequencies = [...stored].find(([name]) => isFrequencies(name))?.[1];
  const model = esmModelConfig(config, {
    hasContactHead: stored.has(sourceOf("contacts/kernel").name),
    frequencies:
      frequencies === undefined ? undefined : ((await files.read(frequencies)) as Float32Array),
    maxLength: options.maxLength,
  });
  const shapes = Object.entries(parameterShapes(model));
  const tensors = shapes.map(
    ([name, shape]) => [name, tensorOf(name, shape, files, stored)] as const,
  );
  const used = new Set(shapes.map(([name]) => sourceOf(name).name));
  const leftOut = [...stored.keys()].filter(
    (name) =>
      !used.has(name) && !isFrequencies(name) && !isUnused(name) && !isTiedTable(name, config),
  );

  const manifest = await writeWholeFolder(output, async (partial) => ({
    format: CHECKPOINT_FORMAT,
    name: basename(output),
    createdAt: new Date().toISOString(),
    step: 0,
    model,
    files: {
      [WEIGHTS_FILE]: await writeSafetensors(
        join(partial, WEIGHTS_FILE),
        Object.fromEntries(tensors),
      ),
    },
    metrics: {},
    origin: { name: options.name ?? basename(folder), step: 0, change: "imported from ESM-2" },
  }));
  return { manifest, leftOut };
}

/** A table that is tied may be stored a second time. */
const isTiedTable = (name: string, { tie_word_embeddings }: EsmCheckpointConfig) =>
  tie_word_embeddings && name === sourceOf("output/table").name;

function tensorOf(
  parameter: string,
  { shape }: ParameterShape,
  files: TensorFiles,
  stored: ReadonlyMap<string, string>,
): HostTensor {
  const { name, layout } = sourceOf(parameter);
  const storedName = stored.get(name);
  const entry = storedName === undefined ? undefined : files.entries.get(storedName);
  if (storedName === undefined || entry === undefined) {
    throw new ImportError(
      `import esm2: expected a tensor "${name}", got none; the checkpoint is not whole: save or fetch it again`,
    );
  }
  assertShape(entry, layout === "transposed" ? shape.toReversed() : shape);
  return {
    dtype: "F32",
    shape,
    read: async () => arrange((await files.read(storedName)) as Float32Array, layout, entry.shape),
  };
}

/** A kernel that makes one number a pair of residues is a row [1, n] there and a vector [n] here. */
function assertShape({ name, shape, dtype }: StoredTensor, expected: readonly number[]): void {
  const lengths = (sizes: readonly number[]) =>
    sizes[0] === 1 && sizes.length === 2 ? sizes.slice(1).join() : sizes.join();
  if (lengths(shape) === lengths(expected) && dtype !== "I32" && dtype !== "I64") return;
  throw new ImportError(
    `import esm2: expected "${name}" as numbers of shape [${expected}] by config.json, got ${dtype} [${shape}]; its weights do not belong to its config`,
  );
}

function assertHead(stored: ReadonlyMap<string, string>, source: string): void {
  if (stored.has(sourceOf("output/dense/kernel").name)) return;
  throw new ImportError(
    `import esm2: expected a language model head ("lm_head.dense.weight") in ${source}, got none; a checkpoint of EsmModel alone has no token scores: save it as EsmForMaskedLM`,
  );
}

/** Rows of a table in an unknown order would be other tokens. A folder need not have the file. */
async function assertAlphabet(path: string): Promise<void> {
  if (!(await exists(path))) return;
  const names = (await readFile(path, "utf8")).trim().split(/\r?\n/);
  if (names.join(" ") === ESM_FILE_ORDER.join(" ")) return;
  throw new ImportError(
    `import esm2: expected the 33 tokens of ESM-2 in ${path}, got ${names.length}: ${names.slice(0, 8).join(" ")} …; only that alphabet can be read`,
  );
}
