/** Embeddings in the format that was asked for. All sequences are computed before the first byte. */
import type { SequenceEmbedding } from "@performer/interpret";
import type { EmbeddingsJob } from "../job.ts";
import type { ModelReader } from "../model-reader.ts";
import { arrowStream } from "./embeddings-arrow.ts";
import { embeddingLines, embeddingsJson } from "./embeddings-json.ts";
import { embeddingsNpy, embeddingsRaw } from "./embeddings-raw.ts";
import { textPieces } from "./text-pieces.ts";

export async function* embeddingsAnswer(
  reader: ModelReader,
  job: EmbeddingsJob,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  const sequences = job.sequences.map(({ sequence }) => sequence);
  const turn = job.inBackground ? "background" : "front";
  const embeddings = await reader.embed(sequences, job.layer, signal, turn);
  const answer = { summary: reader.summary, job, embeddings };
  switch (job.format) {
    case "json":
      return yield* textPieces(embeddingsJson(answer));
    case "ndjson":
      return yield* textPieces(embeddingLines(answer));
    case "raw":
      return yield* embeddingsRaw(answer);
    case "npy":
      return yield* embeddingsNpy(answer);
    case "arrow":
      return yield* arrowStream(answer);
    default:
      return job.format satisfies never;
  }
}

/** What the formats are made of; `embeddings` in the order of the job's sequences. */
export interface EmbeddingsAnswer {
  readonly summary: ModelReader["summary"];
  readonly job: EmbeddingsJob;
  readonly embeddings: readonly SequenceEmbedding[];
}
