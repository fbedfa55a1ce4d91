/** Embeddings as one JSON document or as lines, every float32 exact. */
import { encodeNumbers, encodeRows } from "../../json-numbers.ts";
import type { EmbeddingsAnswer } from "./embeddings-answer.ts";

/** JSON text of an EmbeddingsResponse, a vector at a time. */
export function* embeddingsJson(answer: EmbeddingsAnswer): Generator<string> {
  yield `${JSON.stringify(sourceOf(answer)).slice(0, -1)},"embeddings":[`;
  for (const index of answer.embeddings.keys()) {
    yield index === 0 ? "{" : ",{";
    yield* fieldsOf(answer, index);
    yield "}";
  }
  yield "]}";
}

/** The `EmbeddingLine`s of an NDJSON stream. */
export function* embeddingLines(answer: EmbeddingsAnswer): Generator<string> {
  yield `${JSON.stringify({ type: "model", ...sourceOf(answer) })}\n`;
  for (const index of answer.embeddings.keys()) {
    yield '{"type":"embedding",';
    yield* fieldsOf(answer, index);
    yield "}\n";
  }
  yield `${JSON.stringify({ type: "end", count: answer.embeddings.length })}\n`;
}

function sourceOf({ summary, job }: EmbeddingsAnswer) {
  const { name: model, fingerprint, config } = summary;
  return { model, fingerprint, embeddingSize: config.embeddingSize, layer: job.layer };
}

function* fieldsOf({ summary, job, embeddings }: EmbeddingsAnswer, index: number) {
  const { accession } = job.sequences[index] ?? {};
  const { length, residues, mean } = embeddings[index] as EmbeddingsAnswer["embeddings"][number];
  yield `"accession":${JSON.stringify(accession)},"length":${length}`;
  if (job.include !== "mean") {
    yield ',"residues":[';
    yield* encodeRows(residues, summary.config.embeddingSize);
    yield "]";
  }
  if (job.include !== "residues") yield `,"mean":${encodeNumbers(mean)}`;
}
