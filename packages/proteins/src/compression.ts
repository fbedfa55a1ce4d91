/**
 * Which compression a file has, by its first bytes and never by its name, and zstd in JavaScript.
 * gzip is left to the platform, as an argument: zlib in Node, DecompressionStream in browsers.
 */
import { Decompress } from "fzstd";

type Compression = "gzip" | "zstd" | "none";

/** Bytes that `detectCompression` needs. */
const MAGIC_BYTES = 4;

/** @param start the first four bytes of a file, or all of it where it is shorter. */
function detectCompression(start: Uint8Array): Compression {
  const [a, b, c, d] = start;
  if (a === 0x1f && b === 0x8b) return "gzip"; // RFC 1952, 2.3.1
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return "zstd"; // RFC 8878, 3.1.1
  if (a! >= 0x50 && a! <= 0x5f && b === 0x2a && c === 0x4d && d === 0x18) return "zstd"; // skippable frame
  return "none";
}

/**
 * Plain bytes of data that may be compressed with gzip or zstd.
 * @param gunzip the platform's.
 * @throws {Error} where the data are damaged or end early.
 */
export async function* decompress(
  chunks: AsyncIterable<Uint8Array>,
  gunzip: (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
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

/**
 * The first bytes of a stream, and the stream again from its start.
 * It joins as many chunks as the magic bytes need.
 */
async function peekMagic(
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ start: Uint8Array; chunks: AsyncIterable<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  let start: Uint8Array = new Uint8Array(0);
  while (start.length < MAGIC_BYTES) {
    const next = await iterator.next();
    if (next.done) break;
    const longer = new Uint8Array(start.length + next.value.length);
    longer.set(start);
    longer.set(next.value, start.length);
    start = longer;
  }
  return { start, chunks: replay(start, iterator) };
}

async function* replay(
  start: Uint8Array,
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    if (start.length > 0) yield start;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}

/** An error that says what to do about what a decompressor threw. */
export function damagedDataError(compression: Compression, cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Error(
    `the ${compression} data are damaged or cut short (${reason}); fetch or compress the file again`,
    { cause },
  );
}

/**
 * Decompressed bytes of one or more zstd frames. fzstd passes over their checksums.
 * @throws {Error} where the data are damaged or end early.
 */
async function* decompressZstd(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let output: Uint8Array[] = [];
  const stream = new Decompress((data) => {
    output.push(data);
  });
  const push = (chunk: Uint8Array, isLast: boolean): void => {
    try {
      stream.push(chunk, isLast);
    } catch (error) {
      throw damagedDataError("zstd", error);
    }
  };
  for await (const chunk of chunks) {
    push(chunk, false);
    yield* output;
    output = [];
  }
  push(new Uint8Array(0), true);
  yield* output;
}
