/**
 * What the routes need from the world, as interfaces: the app is tested with small fakes,
 * and `serve` alone knows about checkpoints, folders and tfjs.
 */
import type { ModelSummary, RunEvent, RunSummary, SimilarityResponse } from "@performer/schema";

/** One sequence's final hidden states, specials excluded. */
export interface SequenceEmbedding {
  /** L */
  readonly length: number;
  /** [L, E] row-major */
  readonly residues: Float32Array;
  /** [E] */
  readonly mean: Float32Array;
}

/** A loaded model. Its eager methods block the event loop; routes call all of them through the queue. */
export interface ServedModel {
  readonly summary: ModelSummary;
  embed(sequences: readonly Uint8Array[]): Promise<readonly SequenceEmbedding[]>;
  /** [layers][heads] row-major L × L maps, specials dropped and not renormalised. */
  attention(sequence: Uint8Array): Promise<readonly (readonly Float32Array[])[]>;
  similarity(): Promise<Omit<SimilarityResponse, "model" | "fingerprint">>;
}

export interface ModelStore {
  /** Those that ship, then every checkpoint of every run; each newest first. The first is the default. */
  list(): Promise<readonly ModelSummary[]>;
  /**
   * Lends a model to `job`; it stays loaded until `job` has settled, even where a newer checkpoint
   * replaces it meanwhile.
   * @param asked a model's id or name; the default without.
   * @returns without calling `job`: undefined where there is no model yet, "unknown" where none is
   *   called that.
   */
  use<Result extends object>(
    job: (model: ServedModel) => Promise<Result>,
    asked?: string,
  ): Promise<Result | "unknown" | undefined>;
  /** Name of the default model, or null. */
  defaultName(): Promise<string | null>;
}

/** A line of events.jsonl; `line` is its 1-based number and the id of the server-sent event. */
export interface NumberedRunEvent {
  readonly line: number;
  readonly event: RunEvent;
}

export interface RunsReader {
  /** Newest first. */
  list(): Promise<readonly RunSummary[]>;
  /**
   * The events of a run after line `afterLine` (0: all), until the run ends or `signal` aborts.
   * @returns "unknown": there is no such run; "ended": it has ended and line `afterLine` was its last.
   */
  follow(
    id: string,
    options: { readonly afterLine: number; readonly signal: AbortSignal },
  ): Promise<AsyncIterable<NumberedRunEvent> | "unknown" | "ended">;
}

/** A sequence that can be asked for by name. */
export interface Anchor {
  readonly accession: string;
  /** Such as BPT1_BOVIN. */
  readonly name?: string;
  /** Letters as in the file. */
  readonly sequence: string;
}
