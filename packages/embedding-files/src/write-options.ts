/** What every format's writer takes: one interface, a file a format. */
import type { EmbeddingBatch } from "./embedding-batch.ts";
import type { EmbeddingLayout, EmbeddingTotals } from "./layout.ts";

export interface WriteOptions {
  /** A new file, or one to write over. */
  readonly path: string;
  readonly layout: EmbeddingLayout;
  readonly totals: EmbeddingTotals;
  /** Reads all rows from the first: formats that hold one column after another read them several times. */
  readonly batches: () => AsyncIterable<EmbeddingBatch>;
  /** Bytes of the vectors that are gathered before they are written; 4 MiB without. */
  readonly batchBytes?: number;
  /** Text that goes along where the format has a place for it, by key. */
  readonly metadata: Readonly<Record<string, string>>;
}

export type WriteEmbeddings = (options: WriteOptions) => Promise<void>;
