/** A batch as an Arrow record batch over the same memory, and back. */
import {
  type Data,
  Field,
  FixedSizeList,
  Float16,
  Float32,
  Int32,
  Int64,
  List,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Utf8,
} from "apache-arrow";
import { type EmbeddingBatch, residueOffsets, type Values } from "../embedding-batch.ts";
import type { EmbeddingLayout, RowHead } from "../layout.ts";

/** Of a part's or shard's schema: the layout as JSON, so that the file explains itself. */
export const LAYOUT_KEY = "performer.layout";

export function arrowSchema(
  layout: EmbeddingLayout,
  metadata: Readonly<Record<string, string>>,
): Schema {
  const fields = [
    new Field("record", new Int64(), false),
    new Field("id", new Utf8(), false),
    new Field("accession", new Utf8(), false),
    new Field("length", new Int32(), false),
    ...layout.columns.map(({ name, per }) => {
      const vector = vectorType(layout);
      const type = per === "sequence" ? vector : new List(new Field("item", vector, false));
      return new Field(name, type, false);
    }),
  ];
  const entries = Object.entries({ ...metadata, [LAYOUT_KEY]: JSON.stringify(layout) });
  return new Schema(fields, new Map(entries));
}

const vectorType = ({ embeddingSize, dtype }: EmbeddingLayout) =>
  new FixedSizeList(
    embeddingSize,
    new Field("item", dtype === "f16" ? new Float16() : new Float32(), false),
  );

export function toRecordBatch(
  layout: EmbeddingLayout,
  schema: Schema,
  { heads, vectors }: EmbeddingBatch,
): RecordBatch {
  const length = heads.length;
  const records = BigInt64Array.from(heads, ({ record }) => BigInt(record));
  const residueOffset = Int32Array.from(residueOffsets(heads));
  const children = [
    makeData({ type: new Int64(), length, data: records }),
    textData(heads.map(({ id }) => id)),
    textData(heads.map(({ accession }) => accession)),
    makeData({ type: new Int32(), length, data: Int32Array.from(heads, (head) => head.length) }),
    ...layout.columns.map(({ per }, column) => {
      const vectorsData = vectorData(layout, vectors[column] as Values);
      if (per === "sequence") return vectorsData;
      const type = new List(new Field("item", vectorType(layout), false));
      return makeData({ type, length, valueOffsets: residueOffset, child: vectorsData });
    }),
  ];
  return new RecordBatch(
    schema,
    makeData({ type: new Struct(schema.fields), length, nullCount: 0, children }),
  );
}

function vectorData(layout: EmbeddingLayout, values: Values): Data<FixedSizeList> {
  const child =
    values instanceof Float32Array
      ? makeData({ type: new Float32(), length: values.length, data: values })
      : makeData({ type: new Float16(), length: values.length, data: values });
  const length = values.length / layout.embeddingSize;
  return makeData({ type: vectorType(layout), length, nullCount: 0, child });
}

function textData(texts: readonly string[]): Data<Utf8> {
  const encoder = new TextEncoder();
  const encoded = texts.map((text) => encoder.encode(text));
  const offsets = new Int32Array(texts.length + 1);
  for (const [row, { length }] of encoded.entries()) {
    offsets[row + 1] = (offsets[row] as number) + length;
  }
  const data = new Uint8Array(offsets.at(-1) ?? 0);
  for (const [row, bytes] of encoded.entries()) data.set(bytes, offsets[row]);
  return makeData({ type: new Utf8(), length: texts.length, valueOffsets: offsets, data });
}

/** @param batch with the columns of `arrowSchema(layout)`. */
export function fromRecordBatch(layout: EmbeddingLayout, batch: RecordBatch): EmbeddingBatch {
  const [records, ids, accessions, lengths, ...columns] = batch.data.children;
  const idTexts = textsOf(ids as Data<Utf8>);
  const accessionTexts = textsOf(accessions as Data<Utf8>);
  const numbers = records?.values as BigInt64Array;
  const residues = lengths?.values as Int32Array;
  const heads = Array.from(
    { length: batch.numRows },
    (_, row): RowHead => ({
      record: Number(numbers[row]),
      id: idTexts[row] as string,
      accession: accessionTexts[row] as string,
      length: residues[row] as number,
    }),
  );
  const totals = { rows: heads.length, residues: residueOffsets(heads).at(-1) ?? 0 };
  const vectors = layout.columns.map(({ per }, index) => {
    const column = columns[index] as Data;
    const list = per === "sequence" ? column : (column.children[0] as Data);
    const count = per === "sequence" ? totals.rows : totals.residues;
    return ((list.children[0] as Data).values as Values).subarray(0, count * layout.embeddingSize);
  });
  return { heads, vectors };
}

function textsOf({ length, valueOffsets, values }: Data<Utf8>): string[] {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return Array.from({ length }, (_, row) =>
    decoder.decode(values.subarray(valueOffsets[row], valueOffsets[row + 1])),
  );
}
