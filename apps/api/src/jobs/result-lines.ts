/**
 * The lines of a result, application/x-ndjson: those of POST /v1/embeddings (the model, one embedding a
 * record, the end), and for a record without a result its refusal, so that every record has its line.
 */
import type { JobOptions } from "@performer/schema";
import type { JobItemRecord, JobRecord } from "@performer/store";
import { encodeMatrix, encodeNumbers } from "../json-numbers.ts";
import type { SequenceEmbedding } from "../ports.ts";
import type { ModelShape } from "./job-models.ts";

export function headLine(
  { model, modelIdentity }: JobRecord,
  { embeddingSize, layer }: ModelShape,
): string {
  const head = { type: "model", model, fingerprint: modelIdentity, embeddingSize, layer };
  return `${JSON.stringify(head)}\n`;
}

/** @param embedding null where the record was refused. */
export function recordLine(
  { accession, length, refusal }: JobItemRecord,
  embedding: SequenceEmbedding | null,
  include: JobOptions["include"],
): string {
  if (embedding === null) {
    return `${JSON.stringify({ type: "refusal", accession, length, refusal })}\n`;
  }
  const { residues, mean } = embedding;
  const head = JSON.stringify({ type: "embedding", accession, length }).slice(0, -1);
  const matrix = include === "mean" ? "" : `,"residues":${encodeMatrix(residues, mean.length)}`;
  const average = include === "residues" ? "" : `,"mean":${encodeNumbers(mean)}`;
  return `${head}${matrix}${average}}\n`;
}

/** A file without it is not complete. */
export const endLine = ({ done }: JobRecord) => `${JSON.stringify({ type: "end", count: done })}\n`;
