/**
 * The lines of a result, and those of them that no model makes. With the embeddings they are those of POST /v1/embeddings as
 * application/x-ndjson (the model, one embedding a record, the end), and for a record without a result
 * its refusal, so that every record has its line.
 */
import type { EmbeddingLine } from "@performer/schema";
import type { JobItemRecord, JobRecord } from "@performer/store";
import type { ModelShape } from "./job-models.ts";

export type ResultLine =
  | EmbeddingLine
  | ({ readonly type: "refusal" } & Pick<JobItemRecord, "accession" | "length" | "refusal">);

export function headLine(
  { model, modelIdentity: fingerprint }: JobRecord,
  { embeddingSize, layer }: ModelShape,
): string {
  return `${JSON.stringify({ type: "model", model, fingerprint, embeddingSize, layer })}\n`;
}

export const refusalLine = ({ accession, length, refusal }: JobItemRecord) =>
  `${JSON.stringify({ type: "refusal", accession, length, refusal })}\n`;

/** A file without it is not complete. */
export const endLine = ({ done }: JobRecord) => `${JSON.stringify({ type: "end", count: done })}\n`;
