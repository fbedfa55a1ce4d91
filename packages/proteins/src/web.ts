/**
 * The browser's part of `@performer/proteins`: FASTA from a file picker, a blob or a response,
 * plain, gzip or zstd. Browsers stop with an error at the second member of a gzip file (bgzip makes
 * many); Node's `readFastaFiles` reads all members.
 *
 * @example
 * for await (const record of readFastaFile(input.files[0])) console.log(record.header);
 */
import { decompress } from "./compression.ts";
import type { FastaRecord } from "./fasta-record.ts";
import { readFasta } from "./read-fasta.ts";

/**
 * Records of a file.
 * @param file a Response is read once; a File or Blob can be read again.
 * @throws {FastaError} with the file's name (or the response's address) and the line.
 */
export async function* readFastaFile(
  file: File | Blob | Response,
  options: { readonly maxSequenceLength?: number } = {},
): AsyncGenerator<FastaRecord> {
  yield* readFasta(decompress(chunksOf(streamOf(file)), gunzip), {
    source: nameOf(file),
    ...options,
  });
}

function streamOf(file: Blob | Response): ReadableStream<Uint8Array> {
  if (!(file instanceof Response)) return file.stream();
  if (!file.ok) {
    throw new RangeError(`readFastaFile: expected ${file.url}, got status ${file.status}`);
  }
  return file.body ?? new Blob([]).stream();
}

function nameOf(file: File | Blob | Response): string {
  if (file instanceof Response) return file.url || "response";
  return "name" in file ? file.name : "blob";
}

/** Safari has no async iteration of streams. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel();
  }
}

async function* gunzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* chunksOf(toStream(chunks).pipeThrough(new DecompressionStream("gzip")));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `the gzip data cannot be read to their end (${reason}); decompress a file of several members (bgzip) first, fetch a damaged one again`,
      { cause: error },
    );
  }
}

function toStream(chunks: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const iterator = chunks[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const next = await iterator.next();
      if (next.done) controller.close();
      else controller.enqueue(new Uint8Array(next.value));
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}
