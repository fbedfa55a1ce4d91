/** The formats of `--output` by the ending of the name, and how large a file of each becomes. */
import {
  contentBytes,
  EMBEDDING_FORMATS,
  type EmbeddingLayout,
  type EmbeddingTotals,
  endingOf,
  type WriteEmbeddings,
} from "@performer/embedding-files";
import { writeJsonLines } from "./json-lines.ts";

const JSON_LINES = ".jsonl";
/** Endings as they stand in messages and help. */
const OUTPUT_ENDINGS = [...Object.keys(EMBEDDING_FORMATS), JSON_LINES].join(", ");

export interface OutputFormat {
  readonly ending: string;
  readonly write: WriteEmbeddings;
  /** Bytes that a file takes, about. */
  size(layout: EmbeddingLayout, totals: EmbeddingTotals): number;
}

/** Characters of a number in text, its comma included. */
const TEXT_BYTES = 13;
const FLOAT32_BYTES = 4;

/** @throws {Error} for an ending of no format. */
export function outputFormat(output: string): OutputFormat {
  if (output.endsWith(JSON_LINES)) {
    const size: OutputFormat["size"] = (layout, totals) =>
      (contentBytes({ ...layout, dtype: "f32" }, totals) * TEXT_BYTES) / FLOAT32_BYTES;
    return { ending: JSON_LINES, write: writeJsonLines, size };
  }
  const ending = endingOf(output);
  if (ending === undefined) {
    throw new Error(
      `outputFormat: expected an output that ends in one of ${OUTPUT_ENDINGS}, got ${output}; rename it`,
    );
  }
  return { ending, write: EMBEDDING_FORMATS[ending], size: contentBytes };
}
