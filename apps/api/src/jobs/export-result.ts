/**
 * Lines of a result → a file of embeddings. The lines are parsed once, into the Arrow file, whose
 * batches are memory as it is; other formats, some of which read the rows array by array, are made of
 * that. Memory is bounded by a batch and the longest line.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "@performer/durable-files";
import {
  addTotals,
  EMBEDDING_FORMATS,
  type EmbeddingBatch,
  type EmbeddingTotals,
  NO_TOTALS,
  readArrow,
  totalsOfRow,
  writeArrow,
} from "@performer/embedding-files";
import type { JobOptions, JobResultFormat } from "@performer/schema";
import { resultPath } from "./job-files.ts";
import { readHeadLine, readResultRows, resultLayout } from "./result-rows.ts";

export interface ExportOptions {
  /** Of the job. */
  readonly folder: string;
  readonly format: Exclude<JobResultFormat, "ndjson">;
  readonly options: JobOptions;
}

/** Makes the file of that format in the job's folder, whole or not at all. */
export async function exportResult({ folder, format, options }: ExportOptions): Promise<void> {
  const files = { input: join(folder, "input"), result: resultPath(folder, "ndjson") };
  const head = await readHeadLine(files.result);
  const { model, fingerprint, layer } = head;
  const metadata = { model, fingerprint, layer: String(layer) };
  const layout = resultLayout(options, head);
  const arrow = resultPath(folder, "arrow");
  if (!existsSync(arrow)) {
    const batches = () => readResultRows(files, layout);
    await replaceFile(arrow, (path) => writeArrow({ path, layout, batches, metadata }));
  }
  if (format === "arrow") return;
  const batches = () => readArrow(arrow);
  const totals = await totalsOf(batches());
  const write = EMBEDDING_FORMATS[`.${format}`];
  await replaceFile(resultPath(folder, format), (path) =>
    write({ path, layout, totals, batches, metadata }),
  );
}

async function totalsOf(batches: AsyncIterable<EmbeddingBatch>): Promise<EmbeddingTotals> {
  let totals = NO_TOTALS;
  for await (const { heads } of batches) totals = heads.map(totalsOfRow).reduce(addTotals, totals);
  return totals;
}
