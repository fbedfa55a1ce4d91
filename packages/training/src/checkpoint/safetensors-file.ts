/**
 * Safetensors files on disk, one tensor in memory at a time. The format is in @performer/checkpoint; here
 * are the reads, the writes and the hash that is taken while writing.
 */
import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import {
  type DataType,
  decodeHeader,
  decodeHeaderLength,
  decodeValues,
  encodeHeader,
  type LoadedTensor,
  PREFIX_BYTES,
  type TensorEntry,
} from "@performer/checkpoint";
import type { FileDigest } from "@performer/durable-files";

export interface HostTensor {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  /** Called once, when it is this tensor's turn to be written. Of F16 the bits. */
  readonly read: () => Promise<Float32Array | Int32Array | Uint16Array>;
}

/**
 * Writes a new file, durable (fsync) when this returns.
 * @throws {Error} EEXIST where the file exists: nothing is overwritten.
 */
export async function writeSafetensors(
  path: string,
  tensors: Readonly<Record<string, HostTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<FileDigest> {
  const named = Object.entries(tensors).map(([name, tensor]) => ({ name, ...tensor }));
  const { bytes, entries } = encodeHeader(named, metadata);
  const hash = createHash("sha256");
  const file = await open(path, "wx");
  try {
    let sizeBytes = 0;
    const append = async (chunk: Uint8Array) => {
      hash.update(chunk);
      await file.writeFile(chunk);
      sizeBytes += chunk.length;
    };
    await append(bytes);
    for (const [index, tensor] of named.entries()) {
      const values = await tensor.read();
      const expected = entries[index]?.sizeBytes;
      if (values.byteLength !== expected) {
        throw new Error(
          `writeSafetensors: expected ${expected} bytes for "${tensor.name}", got ${values.byteLength}`,
        );
      }
      await append(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
    await file.sync();
    return { sha256: hash.digest("hex"), sizeBytes };
  } finally {
    await file.close();
  }
}

/**
 * The tensors of a file one by one, in file order, so that the file never lies whole in memory.
 * @throws {SafetensorsError} where the file is truncated or no safetensors file.
 */
export async function* readSafetensors(path: string): AsyncGenerator<LoadedTensor> {
  const file = await open(path, "r");
  try {
    for (const entry of await entriesOf(file)) {
      yield { ...entry, values: await valuesOf(file, entry) };
    }
  } finally {
    await file.close();
  }
}

/** A tensor that lies in a file. */
export interface StoredTensor extends TensorEntry {
  readonly path: string;
}

/** What a file holds, in its order. @throws {SafetensorsError} as `readSafetensors`. */
export async function readHeader(path: string): Promise<StoredTensor[]> {
  const file = await open(path, "r");
  try {
    return (await entriesOf(file)).map((entry) => ({ ...entry, path }));
  } finally {
    await file.close();
  }
}

/** The values of one tensor. */
export async function readTensor(entry: StoredTensor): Promise<Float32Array | Int32Array> {
  const file = await open(entry.path, "r");
  try {
    return await valuesOf(file, entry);
  } finally {
    await file.close();
  }
}

async function entriesOf(file: FileHandle): Promise<readonly TensorEntry[]> {
  const { size } = await file.stat();
  const headerBytes = decodeHeaderLength(await readAt(file, 0, Math.min(PREFIX_BYTES, size)), size);
  return decodeHeader(await readAt(file, PREFIX_BYTES, headerBytes), size).entries;
}

const valuesOf = async (file: FileHandle, { dtype, offset, sizeBytes }: TensorEntry) =>
  decodeValues(dtype, await readAt(file, offset, sizeBytes));

/** Exactly `length` bytes from `offset`; one read call may give fewer. */
async function readAt(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, offset + done);
    if (bytesRead === 0)
      throw new Error(
        `readAt: expected ${length} bytes at ${offset}, got ${done}: the file shrank`,
      );
    done += bytesRead;
  }
  return bytes;
}
