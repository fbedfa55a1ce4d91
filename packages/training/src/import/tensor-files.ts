/**
 * The tensors of a checkpoint that others wrote: one safetensors file, or several with an index. Only
 * headers are read at first; values come one tensor at a time, so a model need not fit into memory.
 */

import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { exists } from "@performer/durable-files";
import { parseWith, TensorIndex } from "@performer/schema";
import { readHeader, readTensor, type StoredTensor } from "../checkpoint/safetensors-file.ts";
import { ImportError } from "./import-error.ts";

const WHOLE = "model.safetensors";
const INDEX = "model.safetensors.index.json";

export interface TensorFiles {
  /** Names and shapes, in no order. */
  readonly entries: ReadonlyMap<string, StoredTensor>;
  /** @throws {RangeError} where there is no such tensor. */
  read(name: string): Promise<Float32Array | Int32Array>;
}

/**
 * @param path a folder with model.safetensors or its index, or a safetensors file.
 * @throws {ImportError} where there is none, or a tensor is not in the file that the index names.
 * @throws {SafetensorsError} where a file is damaged.
 */
export async function openTensorFiles(path: string): Promise<TensorFiles> {
  const entries = path.endsWith(".safetensors") ? await headerOf(path) : await folderEntries(path);
  return {
    entries,
    async read(name) {
      const entry = entries.get(name);
      if (entry === undefined) throw new RangeError(`openTensorFiles: there is no "${name}"`);
      return readTensor(entry);
    },
  };
}

async function folderEntries(folder: string): Promise<Map<string, StoredTensor>> {
  const whole = join(folder, WHOLE);
  if (await exists(whole)) return headerOf(whole);
  const index = join(folder, INDEX);
  if (!(await exists(index))) {
    throw new ImportError(
      `import: expected ${WHOLE} or ${INDEX} in ${folder}, got neither; save it with save_pretrained(folder, safe_serialization=True)`,
    );
  }
  const { weight_map } = parseWith(TensorIndex, await readJson(index), index);
  const entries = new Map<string, StoredTensor>();
  for (const file of new Set(Object.values(weight_map))) {
    for (const [name, entry] of await headerOf(join(folder, file))) entries.set(name, entry);
  }
  for (const [name, file] of Object.entries(weight_map)) {
    const found = entries.get(name);
    if (found !== undefined && basename(found.path) === file) continue;
    throw new ImportError(
      `import: expected "${name}" in ${file} as ${index} has it, got ${found ? basename(found.path) : "no such tensor"}; fetch the files again`,
    );
  }
  return entries;
}

async function headerOf(path: string): Promise<Map<string, StoredTensor>> {
  if (!(await exists(path))) {
    throw new ImportError(
      `import: expected ${basename(path)} in ${dirname(path)}, got no such file; fetch it again`,
    );
  }
  const entries = await readHeader(path);
  return new Map(entries.map((entry) => [entry.name, entry]));
}

/** @throws {ImportError} where the file is no JSON. */
export async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new ImportError(
      `import: expected JSON in ${path}, got none that can be read; name a checkpoint's folder as save_pretrained leaves it`,
      { cause },
    );
  }
}
