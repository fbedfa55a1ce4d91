/** Plain bytes of a file that may be compressed with gzip (also of many members) or zstd. */
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { damagedDataError, decompressZstd, detectCompression, peekMagic } from "../compression.ts";

/** Larger than zlib's 16 KiB: fewer, larger chunks are what the readers like. */
const CHUNK_BYTES = 262_144;

/** @throws {Error} of zlib or fzstd where the data are damaged or end early. */
export async function* decompress(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const peeked = await peekMagic(chunks);
  const compression = detectCompression(peeked.start);
  switch (compression) {
    case "none":
      return yield* peeked.chunks;
    case "gzip":
      return yield* gunzip(peeked.chunks);
    case "zstd":
      return yield* decompressZstd(peeked.chunks);
    default:
      compression satisfies never;
  }
}

async function* gunzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
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
