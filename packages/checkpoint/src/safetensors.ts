/**
 * The safetensors format, pure: header bytes and values, no files. A file is the header's length
 * (8 bytes, little-endian), the header (JSON), then the raw little-endian values.
 * Source: https://github.com/huggingface/safetensors#format. Reading is strict: a header that does not
 * tile the data exactly is an error, because a lenient reader would hand out another tensor's bytes.
 */
import { widenHalf } from "./half.ts";

/** Bytes of one value. */
const VALUE_BYTES = { F32: 4, I32: 4, F16: 2, BF16: 2, I64: 8 } as const;
export type DataType = keyof typeof VALUE_BYTES;

/** A cap on hostile headers; the reference implementation has the same. */
const MAX_HEADER_BYTES = 100_000_000;
/** Bytes before the JSON header: its length. */
export const PREFIX_BYTES = 8;
/** The header is padded with spaces, so that the values start on this boundary. */
const ALIGNMENT_BYTES = 8;

export interface TensorEntry {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: readonly number[];
  /** Bytes from the start of the file. */
  readonly offset: number;
  readonly sizeBytes: number;
}

export class SafetensorsError extends Error {
  override readonly name = "SafetensorsError";
}

/**
 * Length prefix and header of a file that holds `tensors` one after another in the given order.
 * @returns the bytes up to the first value, and where each tensor lies.
 */
export function encodeHeader(
  tensors: readonly Pick<TensorEntry, "name" | "dtype" | "shape">[],
  metadata: Readonly<Record<string, string>> = {},
): { bytes: Uint8Array; entries: TensorEntry[] } {
  const table: Record<string, unknown> = Object.create(null);
  table["__metadata__"] = { format: "pt", ...metadata };
  const placed: TensorEntry[] = [];
  let position = 0;
  for (const { name, dtype, shape } of tensors) {
    if (name in table)
      throw new SafetensorsError(`encodeHeader: expected unique names, got "${name}" twice`);
    const sizeBytes = countValues(shape) * VALUE_BYTES[dtype];
    table[name] = { dtype, shape, data_offsets: [position, position + sizeBytes] };
    placed.push({ name, dtype, shape, offset: position, sizeBytes });
    position += sizeBytes;
  }
  const json = new TextEncoder().encode(JSON.stringify(table));
  const headerBytes = Math.ceil(json.length / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
  const bytes = new Uint8Array(PREFIX_BYTES + headerBytes).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.set(json, PREFIX_BYTES);
  const entries = placed.map((entry) => ({ ...entry, offset: entry.offset + bytes.length }));
  return { bytes, entries };
}

/**
 * The header's length, from the first 8 bytes.
 * @throws {SafetensorsError} where the file cannot be safetensors.
 */
export function decodeHeaderLength(prefix: Uint8Array, fileBytes: number): number {
  if (prefix.length < PREFIX_BYTES) {
    throw new SafetensorsError(
      `decodeHeaderLength: expected at least 8 bytes, got ${fileBytes}: the file is truncated`,
    );
  }
  const length = new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES) {
    throw new SafetensorsError(
      `decodeHeaderLength: expected a header under ${MAX_HEADER_BYTES} bytes, got ${length}: not a safetensors file`,
    );
  }
  if (PREFIX_BYTES + Number(length) > fileBytes) {
    throw new SafetensorsError(
      `decodeHeaderLength: expected ${length} bytes of header, got a file of ${fileBytes} bytes: it is truncated`,
    );
  }
  return Number(length);
}

/**
 * The entries of a header, in the order of their values.
 * @param header the JSON bytes, without the prefix.
 * @throws {SafetensorsError} where entries are malformed, overlap, leave gaps or pass the end.
 */
export function decodeHeader(
  header: Uint8Array,
  fileBytes: number,
): { entries: TensorEntry[]; metadata: Readonly<Record<string, unknown>> } {
  const { __metadata__: metadata = {}, ...table } = parseTable(header);
  const dataStart = PREFIX_BYTES + header.length;
  const entries = Object.entries(table)
    .map(([name, entry]) => decodeEntry(name, entry, dataStart))
    .sort((a, b) => a.offset - b.offset || a.sizeBytes - b.sizeBytes);
  let position = dataStart;
  for (const entry of entries) {
    if (entry.offset !== position) {
      throw new SafetensorsError(
        `decodeHeader: expected "${entry.name}" at byte ${position}, got ${entry.offset}: values overlap or leave a gap`,
      );
    }
    position += entry.sizeBytes;
  }
  if (position !== fileBytes) {
    throw new SafetensorsError(
      `decodeHeader: expected a file of ${position} bytes, got ${fileBytes}: it is truncated or has a tail`,
    );
  }
  return { entries, metadata: isRecord(metadata) ? metadata : {} };
}

function parseTable(header: Uint8Array): Record<string, unknown> {
  let table: unknown;
  try {
    table = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(header));
  } catch (cause) {
    throw new SafetensorsError("decodeHeader: expected a JSON header: not a safetensors file", {
      cause,
    });
  }
  if (!isRecord(table))
    throw new SafetensorsError("decodeHeader: expected a JSON object as header");
  return table;
}

function decodeEntry(name: string, entry: unknown, dataStart: number): TensorEntry {
  const { dtype, shape, data_offsets: range } = isRecord(entry) ? entry : {};
  if (!isDataType(dtype)) {
    throw new SafetensorsError(
      `decodeHeader: expected "${name}" as one of ${Object.keys(VALUE_BYTES).join(", ")}, got ${JSON.stringify(dtype)}; convert it first`,
    );
  }
  if (!isSizes(shape) || !isSizes(range) || range.length !== 2) {
    throw new SafetensorsError(
      `decodeHeader: expected "${name}" with a shape and two data_offsets, got ${JSON.stringify(entry)}`,
    );
  }
  const [start = 0, end = 0] = range;
  const sizeBytes = countValues(shape) * VALUE_BYTES[dtype];
  if (end - start !== sizeBytes) {
    throw new SafetensorsError(
      `decodeHeader: expected ${sizeBytes} bytes for "${name}" [${shape}], got ${end - start}`,
    );
  }
  return { name, dtype, shape, offset: dataStart + start, sizeBytes };
}

/**
 * The values of one tensor: a copy, aligned; F16 and BF16 widened to float32, I64 narrowed to int32.
 * Little-endian hosts only.
 * @throws {SafetensorsError} where an integer does not fit.
 */
export function decodeValues(dtype: DataType, bytes: Uint8Array): Float32Array | Int32Array {
  // slice would do for a Uint8Array, but a Buffer's is a view of the same memory
  const aligned = new Uint8Array(bytes).buffer;
  switch (dtype) {
    case "F32":
      return new Float32Array(aligned);
    case "I32":
      return new Int32Array(aligned);
    case "F16":
      return Float32Array.from(new Uint16Array(aligned), widenHalf);
    case "BF16":
      return new Float32Array(
        Uint32Array.from(new Uint16Array(aligned), (bits) => bits << 16).buffer,
      );
    case "I64":
      return Int32Array.from(new BigInt64Array(aligned), narrowInteger);
    default:
      return dtype satisfies never;
  }
}

function narrowInteger(value: bigint): number {
  if (BigInt.asIntN(32, value) === value) return Number(value);
  throw new SafetensorsError(
    `decodeValues: expected integers of 32 bits, got ${value}; convert the tensor first`,
  );
}

export interface LoadedTensor extends TensorEntry {
  readonly values: Float32Array | Int32Array;
}

/**
 * The tensors of a file that lies whole in memory, in its order.
 * @throws {SafetensorsError} where it is truncated or no safetensors file.
 */
export function* readTensors(file: Uint8Array): Generator<LoadedTensor, void, void> {
  const headerBytes = decodeHeaderLength(file.subarray(0, PREFIX_BYTES), file.length);
  const header = file.subarray(PREFIX_BYTES, PREFIX_BYTES + headerBytes);
  for (const entry of decodeHeader(header, file.length).entries) {
    const bytes = file.subarray(entry.offset, entry.offset + entry.sizeBytes);
    yield { ...entry, values: decodeValues(entry.dtype, bytes) };
  }
}

function countValues(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function isDataType(value: unknown): value is DataType {
  return typeof value === "string" && Object.hasOwn(VALUE_BYTES, value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
