/** gzip by zlib, also of many members. */
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { damagedDataError } from "../compression.ts";

/** Larger than zlib's 16 KiB: fewer, larger chunks are what the readers like. */
const CHUNK_BYTES = 262_144;

/** @throws {Error} of zlib where the data are damaged or end early. */
export async function* gunzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const output = createGunzip({ chunkSize: CHUNK_BYTES });
  // an error of either stream reaches the loop below through `output`, which pipeline destroys
  pipeline(Readable.from(chunks, { objectMode: false }), output, () => {});
  try {
    yield* output as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw isZlibError(error) ? damagedDataError("gzip", error) : error;
  }
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("Z_");
}
