/**
 * Arrow IPC files ("Feather V2"). The one format that is also read again: unfinished runs keep their
 * parts in it and shards are merged from it, because a record batch is the memory of a batch as it is.
 */
import { type FileHandle, open } from "node:fs/promises";
import { AsyncByteQueue, RecordBatchFileWriter, RecordBatchReader } from "apache-arrow";
import { type EmbeddingBatch, rebatch } from "../embedding-batch.ts";
import type { EmbeddingLayout } from "../layout.ts";
import type { WriteOptions } from "../write-options.ts";
import { arrowSchema, fromRecordBatch, LAYOUT_KEY, toRecordBatch } from "./arrow-columns.ts";

/** Needs no totals: they may be read from the file that it makes. */
export const writeArrow = ({
  path,
  layout,
  batches,
  batchBytes,
  metadata,
}: Omit<WriteOptions, "totals">): Promise<void> =>
  writeArrowBatches({ path, layout, metadata, batches: rebatch(layout, batches(), batchBytes) });

/** A record batch a batch. */
export async function writeArrowBatches({
  path,
  layout,
  metadata,
  batches,
}: {
  readonly path: string;
  readonly layout: EmbeddingLayout;
  readonly metadata: Readonly<Record<string, string>>;
  readonly batches: AsyncIterable<EmbeddingBatch> | Iterable<EmbeddingBatch>;
}): Promise<void> {
  const schema = arrowSchema(layout, metadata);
  const sink = new ChunkList();
  const writer = new RecordBatchFileWriter().reset(sink, schema);
  const file = await open(path, "w");
  try {
    for await (const batch of batches) {
      writer.write(toRecordBatch(layout, schema, batch));
      await sink.drainTo(file);
    }
    writer.finish();
    await sink.drainTo(file);
  } finally {
    await file.close();
  }
}

/** Holds what the library has written until it is on its way to the disk: its own queue has no bound. */
class ChunkList extends AsyncByteQueue {
  private chunks: Uint8Array[] = [];

  override write(chunk: ArrayBufferView): void {
    this.chunks.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  }

  async drainTo(file: FileHandle): Promise<void> {
    const chunks = this.chunks;
    this.chunks = [];
    for (const chunk of chunks) await file.writeFile(chunk);
  }
}

/**
 * The batches of a file that `writeArrowBatches` made, one in memory at a time.
 * @throws {Error} where it is no such file.
 */
export async function* readArrow(path: string): AsyncGenerator<EmbeddingBatch> {
  const file = await open(path, "r");
  try {
    const reader = await RecordBatchReader.from(file);
    await reader.open();
    const layout = layoutOf(path, reader.schema?.metadata);
    for await (const batch of reader) yield fromRecordBatch(layout, batch);
  } finally {
    await file.close();
  }
}

function layoutOf(path: string, metadata: Map<string, string> | undefined): EmbeddingLayout {
  const text = metadata?.get(LAYOUT_KEY);
  if (text !== undefined) return JSON.parse(text) as EmbeddingLayout;
  throw new Error(
    `readArrow: expected an Arrow file that performer embed wrote, got ${path} without its layout; embed the proteins again`,
  );
}
