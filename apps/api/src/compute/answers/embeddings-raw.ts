/**
 * Embeddings as bare numbers, little-endian. Raw: the vectors of all residues [ΣL, E], then the means
 * [N, E], whichever are included; the shapes stand in the headers. .npy: one of the two as an array
 * that `numpy.load` reads (NumPy's format 1.0).
 */
import { narrowHalf } from "@performer/checkpoint";
import type { EmbeddingsAnswer } from "./embeddings-answer.ts";

export function* embeddingsRaw({ job, embeddings }: EmbeddingsAnswer): Generator<Uint8Array> {
  if (job.include !== "mean") {
    for (const { residues } of embeddings) yield toBytes(residues, job.dtype);
  }
  if (job.include !== "residues") {
    for (const { mean } of embeddings) yield toBytes(mean, job.dtype);
  }
}

/** `include` is "residues" or "mean". */
export function* embeddingsNpy(answer: EmbeddingsAnswer): Generator<Uint8Array> {
  const { summary, job, embeddings } = answer;
  const residues = embeddings.reduce((sum, { length }) => sum + length, 0);
  const rows = job.include === "residues" ? residues : embeddings.length;
  yield npyHeader([rows, summary.config.embeddingSize], job.dtype);
  yield* embeddingsRaw(answer);
}

type DataType = EmbeddingsAnswer["job"]["dtype"];

/** In a buffer of its own. */
export function toBytes(values: Float32Array, dtype: DataType): Uint8Array {
  const bytes = new Uint8Array(values.length * BYTES[dtype]);
  const view = new DataView(bytes.buffer);
  switch (dtype) {
    case "float32":
      for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i] as number, true);
      return bytes;
    case "float16":
      for (let i = 0; i < values.length; i++) {
        view.setUint16(2 * i, narrowHalf(values[i] as number), true);
      }
      return bytes;
    default:
      return dtype satisfies never;
  }
}

const BYTES: Readonly<Record<DataType, number>> = { float32: 4, float16: 2 };

/** Data begin at a multiple of this (numpy.lib.format). */
const ALIGNMENT = 64;

function npyHeader(shape: readonly number[], dtype: DataType): Uint8Array {
  const descr = dtype === "float32" ? "<f4" : "<f2";
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(", ")}), }`;
  const prefix = 10; // magic, version, length of the text
  const length = Math.ceil((prefix + text.length + 1) / ALIGNMENT) * ALIGNMENT - prefix;
  const bytes = new Uint8Array(prefix + length).fill(0x20);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, length & 0xff, length >> 8]);
  bytes.set(new TextEncoder().encode(text), prefix);
  bytes[bytes.length - 1] = 0x0a;
  return bytes;
}
