/**
 * HDF5: /record, /id, /accession, /length, the columns of vectors as two-dimensional datasets, and
 * /residue_offset where there are vectors of residues. Names are fixed-length UTF-8, compressed: h5wasm
 * 0.10.3 writes strings of variable length only all at once. It has no binary16 either (merged upstream
 * as usnistgov/h5wasm#141, not released), so "f16" holds the rounded values as gzip-compressed float32,
 * which every reader takes; most of their bits are zero.
 */

import { widenHalf } from "@performer/checkpoint";
import type { Dataset, File } from "h5wasm/node";
import { rebatch, residueOffsets, type Values } from "../embedding-batch.ts";
import { hasResidues, type RowHead, vectorsOf } from "../layout.ts";
import type { WriteEmbeddings } from "../write-options.ts";

/** HDF5's default cache of chunks holds 1 MiB a dataset: a chunk must fit to be compressed once. */
const CHUNK_BYTES = 524_288;

export const writeHdf5: WriteEmbeddings = async (options) => {
  const { path, layout, totals, batches, batchBytes, metadata } = options;
  const { ready, File } = await import("h5wasm/node");
  await ready;
  const file = new File(path, "w");
  try {
    for (const [key, text] of Object.entries(metadata)) file.create_attribute(key, text);
    const names = { compression: 4 };
    const table = {
      record: createDataset(file, "record", { dtype: "<q", shape: [totals.rows], bytes: 8 }),
      id: createText(file, "id", totals.rows, totals.longestIdBytes, names),
      accession: createText(file, "accession", totals.rows, totals.longestAccessionBytes, names),
      length: createDataset(file, "length", { dtype: "<i", shape: [totals.rows], bytes: 4 }),
    };
    const vectors = layout.columns.map((column) =>
      createDataset(file, column.name, {
        dtype: "<f",
        shape: [vectorsOf(column, totals), layout.embeddingSize],
        bytes: 4,
        ...(layout.dtype === "f16" && { compression: 1 }),
      }),
    );
    const offset = hasResidues(layout)
      ? createDataset(file, "residue_offset", { dtype: "<q", shape: [totals.rows + 1], bytes: 8 })
      : null;
    let row = 0;
    let residue = 0;
    for await (const { heads, vectors: columns } of rebatch(layout, batches(), batchBytes)) {
      const rows: Slice = [row, row + heads.length];
      const offsets = residueOffsets(heads).map((each) => residue + each);
      const residues: Slice = [residue, offsets.at(-1) as number];
      write(
        table.record,
        [rows],
        toBigints(heads, ({ record }) => record),
      );
      write(
        table.id,
        [rows],
        heads.map(({ id }) => id),
      );
      write(
        table.accession,
        [rows],
        heads.map(({ accession }) => accession),
      );
      write(
        table.length,
        [rows],
        Int32Array.from(heads, ({ length }) => length),
      );
      for (const [index, { per }] of layout.columns.entries()) {
        const range = per === "sequence" ? rows : residues;
        const values = toFloats(columns[index] as Values);
        write(vectors[index] as Dataset, [range, [0, layout.embeddingSize]], values);
      }
      if (offset !== null) {
        write(offset, [[row, row + offsets.length]], BigInt64Array.from(offsets, BigInt));
      }
      row += heads.length;
      [, residue] = residues;
    }
  } finally {
    file.close();
  }
};

type Slice = [number, number];

function write(dataset: Dataset, ranges: Slice[], data: ArrayBufferView | string[]): void {
  dataset.write_slice(ranges, data);
}

interface DatasetOptions {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Of one value. */
  readonly bytes: number;
  /** Level of gzip. */
  readonly compression?: number;
}

/** Of its final shape, empty, in chunks: nothing of that size is ever in memory. */
function createDataset(
  file: File,
  name: string,
  { dtype, shape: [rows = 0, ...rest], bytes, compression }: DatasetOptions,
): Dataset {
  const rowBytes = rest.reduce((product, size) => product * size, bytes);
  const dataset = file.create_dataset({
    name,
    data: [],
    shape: [0, ...rest],
    maxshape: [null, ...rest],
    chunks: [Math.max(1, Math.min(rows, Math.floor(CHUNK_BYTES / rowBytes))), ...rest],
    dtype,
    ...(compression !== undefined && { compression }),
  });
  dataset.resize([rows, ...rest]);
  return dataset;
}

function createText(
  file: File,
  name: string,
  rows: number,
  longestBytes: number,
  { compression }: { readonly compression: number },
): Dataset {
  const bytes = Math.max(1, longestBytes);
  return createDataset(file, name, { dtype: `S${bytes}`, shape: [rows], bytes, compression });
}

const toBigints = (heads: readonly RowHead[], pick: (head: RowHead) => number) =>
  BigInt64Array.from(heads, (head) => BigInt(pick(head)));

const toFloats = (values: Values): Float32Array =>
  values instanceof Float32Array ? values : Float32Array.from(values, widenHalf);
