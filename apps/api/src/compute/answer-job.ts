/** A job and the model that it is for → the bytes of the answer, a piece at a time. */

import { decodeTokens } from "@performer/proteins";
import { encodeAttention } from "./answers/attention-json.ts";
import { embeddingsAnswer } from "./answers/embeddings-answer.ts";
import { generationLines } from "./answers/generation-lines.ts";
import { logitsJson } from "./answers/logits-json.ts";
import { mutationsAnswer } from "./answers/mutations-answer.ts";
import { encodeText, textPieces } from "./answers/text-pieces.ts";
import type { ModelJob } from "./job.ts";
import type { ModelReader } from "./model-reader.ts";

/** Each piece has a buffer of its own, which may be handed to another thread. */
export async function* answerJob(
  reader: ModelReader,
  job: ModelJob,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  const { summary } = reader;
  const { name: model, fingerprint, config } = summary;
  switch (job.kind) {
    case "embeddings":
      return yield* embeddingsAnswer(reader, job, signal);
    case "logits": {
      const [logits = new Float32Array()] = await reader.logits([job.sequence], signal);
      return yield* textPieces(logitsJson(summary, job, logits));
    }
    case "mutations":
      return yield* mutationsAnswer(reader, job);
    case "attention": {
      const window = await reader.attention(job.sequence, job.window);
      const sequence = decodeTokens(job.sequence);
      const { accession } = job;
      return yield* textPieces(
        encodeAttention({ model, fingerprint, accession, sequence, config, ...window }),
      );
    }
    case "generate":
      return yield* textPieces(generationLines(reader, job), { lineByLine: true });
    case "similarity": {
      const similarity = await reader.similarity();
      yield encodeText(JSON.stringify({ model, fingerprint, ...similarity }));
      return;
    }
    default:
      return job satisfies never;
  }
}
