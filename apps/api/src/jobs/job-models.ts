/** What a job needs of the models: the one it was sent for, and no other that came to bear its name. */
import type { JobRecord } from "@performer/store";
import type { SequenceEmbedding } from "../ports.ts";

export interface ModelShape {
  /** Longest sequence that it takes. */
  readonly maxResidues: number;
  /** E */
  readonly embeddingSize: number;
  /** Layers passed. */
  readonly layer: number;
}

export interface JobModels {
  /** @throws {JobFailure} where the model is gone or was replaced. */
  shape(job: JobRecord): Promise<ModelShape>;
  /**
   * In the order of `sequences`, behind the requests of people who wait.
   * @throws {JobFailure} where the model is gone or was replaced.
   */
  embed(
    job: JobRecord,
    sequences: readonly Uint8Array[],
    signal: AbortSignal,
  ): Promise<readonly SequenceEmbedding[]>;
}
