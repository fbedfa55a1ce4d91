/**
 * Embeddings as an Arrow IPC stream of one record batch: accession, length and, as included, residues
 * (a list of vectors) and mean (a vector). Model, fingerprint and layer stand in the schema's metadata.
 */
import {
  type Data,
  type DataType,
  Field,
  FixedSizeList,
  Float16,
  Float32,
  Int32,
  List,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import type { EmbeddingsAnswer } from "./embeddings-answer.ts";
import { toBytes } from "./embeddings-raw.ts";

export function* arrowStream(answer: EmbeddingsAnswer): Generator<Uint8Array> {
  const { summary, job, embeddings } = answer;
  const lengths = embeddings.map(({ length }) => length);
  const accessions = job.sequences.map(({ accession }) => accession);
  const columns: Record<string, Data> = {
    accession: vectorFromArray(accessions, new Utf8()).data[0] as Data,
    length: makeData({ type: new Int32(), data: Int32Array.from(lengths) }),
  };
  if (job.include !== "mean") {
    columns["residues"] = listsOf(
      vectorsOf(
        answer,
        embeddings.map(({ residues }) => residues),
      ),
      lengths,
    );
  }
  if (job.include !== "residues") {
    columns["mean"] = vectorsOf(
      answer,
      embeddings.map(({ mean }) => mean),
    );
  }
  const fields = Object.entries(columns).map(([name, { type }]) => new Field(name, type, false));
  const metadata = new Map([
    ["model", summary.name],
    ["fingerprint", summary.fingerprint],
    ["layer", String(job.layer)],
  ]);
  const schema = new Schema(fields, metadata);
  const children = Object.values(columns);
  const rows = makeData({ type: new Struct(fields), length: embeddings.length, children });
  // copied: the writer's buffer is its own
  yield RecordBatchStreamWriter.writeAll([new RecordBatch(schema, rows)])
    .toUint8Array(true)
    .slice();
}

/** Rows of E numbers each, of all `parts` in order. */
function vectorsOf({ summary, job }: EmbeddingsAnswer, parts: readonly Float32Array[]): Data {
  const E = summary.config.embeddingSize;
  const values = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    values.set(part, offset);
    offset += part.length;
  }
  const child =
    job.dtype === "float32"
      ? makeData({ type: new Float32(), data: values })
      : makeData({
          type: new Float16(),
          data: new Uint16Array(toBytes(values, "float16").buffer),
        });
  const type = new FixedSizeList(E, new Field("value", child.type as DataType, false));
  return makeData({ type, length: values.length / E, nullCount: 0, child });
}

/** Lists of so many of the vectors each. */
function listsOf(vectors: Data, lengths: readonly number[]): Data {
  const valueOffsets = new Int32Array(lengths.length + 1);
  lengths.forEach((length, i) => {
    valueOffsets[i + 1] = (valueOffsets[i] as number) + length;
  });
  const type = new List(new Field("vector", vectors.type, false));
  return makeData({ type, length: lengths.length, nullCount: 0, valueOffsets, child: vectors });
}
