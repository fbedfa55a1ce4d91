/** The table of formats: a file name's ending to what writes it. A new one is a file and a line here. */
import { writeArrow } from "./formats/arrow.ts";
import { writeHdf5 } from "./formats/hdf5.ts";
import { writeNpz } from "./formats/npz.ts";
import { writeParquet } from "./formats/parquet.ts";
import type { WriteEmbeddings } from "./write-options.ts";

export const EMBEDDING_FORMATS = {
  ".h5": writeHdf5,
  ".parquet": writeParquet,
  ".npz": writeNpz,
  ".arrow": writeArrow,
} as const satisfies Record<string, WriteEmbeddings>;

export type EmbeddingEnding = keyof typeof EMBEDDING_FORMATS;

/** The format that a file's name asks for; undefined for none of them. */
export function endingOf(path: string): EmbeddingEnding | undefined {
  return (Object.keys(EMBEDDING_FORMATS) as EmbeddingEnding[]).find((ending) =>
    path.endsWith(ending),
  );
}
