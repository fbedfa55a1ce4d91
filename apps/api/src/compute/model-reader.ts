/** What can be asked of a loaded model, in numbers; answers/ turns them into bytes. Implemented where the model lives. */
import type {
  AminoAcidSimilarity,
  AttentionWindow,
  AttentionWindowOptions,
  PositionScores,
  SequenceEmbedding,
} from "@performer/interpret";
import type { GenerationEvent, SamplingOptions } from "@performer/performer";
import type { ModelSummary, MutationMethod } from "@performer/schema";
import type { Turn } from "./token-batcher.ts";

export interface DrawOptions {
  /** Residue ids that every sequence begins with. */
  readonly prompt: Uint8Array;
  readonly count: number;
  /** Drawn residues that end a sequence. */
  readonly maxTokens: number;
  readonly sampling: SamplingOptions;
  readonly seed: number;
}

/** Sequences are residue ids, which the caller has checked against the model's length. */
export interface ModelReader {
  readonly summary: ModelSummary;
  /**
   * @param layer layers passed, 0 to all.
   * @param turn in front of what waits in the background, or there itself; in front without.
   */
  embed(
    sequences: readonly Uint8Array[],
    layer: number,
    signal: AbortSignal,
    turn?: Turn,
  ): Promise<readonly SequenceEmbedding[]>;
  /** Of each sequence [L × V], as `sequenceLogits`. */
  logits(sequences: readonly Uint8Array[], signal: AbortSignal): Promise<readonly Float32Array[]>;
  mutations(
    sequence: Uint8Array,
    options: { readonly method: MutationMethod; readonly positions: readonly number[] },
  ): AsyncIterable<PositionScores>;
  attention(sequence: Uint8Array, options: AttentionWindowOptions): Promise<AttentionWindow>;
  similarity(): Promise<AminoAcidSimilarity>;
  generate(options: DrawOptions): AsyncIterable<GenerationEvent>;
}
