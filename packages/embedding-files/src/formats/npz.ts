/**
 * NumPy's .npz: a zip of .npy arrays, stored as they are, zip64 where it must be. NumPy has no strings
 * of variable length without pickle, and its fixed ones take four bytes a letter of the longest, so
 * names are their UTF-8 bytes one after another (`id_utf8`) and where each begins (`id_offset`).
 */
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ZipFile } from "yazl";
import type { EmbeddingBatch, Values } from "../embedding-batch.ts";
import { bytesOfValue, hasResidues, type RowHead, vectorsOf } from "../layout.ts";
import type { WriteEmbeddings, WriteOptions } from "../write-options.ts";
import { npyHeader } from "./npy-header.ts";

/** No time in the file: equal content, equal bytes. The first that a zip can hold. */
const ZIP_TIME = new Date(1980, 0, 1);

/** Node would gather sixteen batches before the first is written. */
const ONE_AHEAD = { highWaterMark: 1 };

export const writeNpz: WriteEmbeddings = async (options) => {
  const zip = new ZipFile();
  for (const array of arraysOf(options)) {
    const header = npyHeader(array.type, array.shape);
    const count = array.shape.reduce((product, size) => product * size, 1);
    const size = header.length + count * Number(array.type.slice(2));
    const settings = { compress: false, size, mtime: ZIP_TIME };
    // opened when its turn comes: every array reads the rows from the first
    zip.addReadStreamLazy(`${array.name}.npy`, settings, (give) =>
      give(null, Readable.from(bytesOf(header, array, options.batches()), ONE_AHEAD)),
    );
  }
  const failed = new Promise<never>((_, reject) => {
    (zip as unknown as NodeJS.EventEmitter).on("error", reject);
  });
  zip.end();
  await Promise.race([pipeline(zip.outputStream, createWriteStream(options.path)), failed]);
};

interface NpzArray {
  readonly name: string;
  /** NumPy's: "<f4". */
  readonly type: string;
  readonly shape: readonly number[];
  /** What stands before the values of the first batch. */
  readonly first?: Uint8Array;
  readonly pick: (batch: EmbeddingBatch) => ArrayBufferView;
}

function arraysOf({ layout, totals }: WriteOptions): NpzArray[] {
  const { rows } = totals;
  const ofRows = (name: string, type: string, pick: NpzArray["pick"]): NpzArray => ({
    name,
    type,
    shape: [rows],
    pick,
  });
  return [
    ofRows("record", "<i8", ({ heads }) =>
      BigInt64Array.from(heads, ({ record }) => BigInt(record)),
    ),
    ofRows("length", "<i4", ({ heads }) => Int32Array.from(heads, ({ length }) => length)),
    ...textArrays("id", totals.idBytes, rows, ({ id }) => id),
    ...textArrays("accession", totals.accessionBytes, rows, ({ accession }) => accession),
    ...(hasResidues(layout) ? [offsetArray("residue_offset", rows, ({ length }) => length)] : []),
    ...layout.columns.map((column, index): NpzArray => {
      const shape = [vectorsOf(column, totals), layout.embeddingSize];
      const type = `<f${bytesOfValue(layout.dtype)}`;
      return { name: column.name, type, shape, pick: ({ vectors }) => vectors[index] as Values };
    }),
  ];
}

function textArrays(
  name: string,
  bytes: number,
  rows: number,
  textOf: (head: RowHead) => string,
): NpzArray[] {
  return [
    {
      name: `${name}_utf8`,
      type: "|u1",
      shape: [bytes],
      pick: ({ heads }) => Buffer.from(heads.map(textOf).join("")),
    },
    offsetArray(`${name}_offset`, rows, (head) => Buffer.byteLength(textOf(head))),
  ];
}

/** 0, then the sum so far behind each row: it goes on from batch to batch. */
function offsetArray(name: string, rows: number, sizeOf: (head: RowHead) => number): NpzArray {
  let sum = 0;
  return {
    name,
    type: "<i8",
    shape: [rows + 1],
    first: new Uint8Array(8),
    pick: ({ heads }) =>
      BigInt64Array.from(heads, (head) => {
        sum += sizeOf(head);
        return BigInt(sum);
      }),
  };
}

async function* bytesOf(
  header: Uint8Array,
  { first, pick }: NpzArray,
  batches: AsyncIterable<EmbeddingBatch>,
): AsyncGenerator<Uint8Array> {
  yield header;
  if (first !== undefined) yield first;
  for await (const batch of batches) {
    const { buffer, byteOffset, byteLength } = pick(batch);
    if (byteLength > 0) yield new Uint8Array(buffer, byteOffset, byteLength);
  }
}
