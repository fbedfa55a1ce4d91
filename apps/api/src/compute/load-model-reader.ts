/** A checkpoint as a `ModelReader`: loaded, and read by the methods of `@performer/interpret`. */
import { setImmediate } from "node:timers/promises";
import {
  aminoAcidSimilarity,
  attentionWindow,
  eagerEncoder,
  embedSequences,
  mutationScores,
  sequenceLogits,
} from "@performer/interpret";
import { disposeModel, eagerDecoder, generateTokens } from "@performer/performer";
import { NEVER_DRAWN, TOKEN } from "@performer/proteins";
import { randomKey } from "@performer/random";
import type { ModelSummary } from "@performer/schema";
import type { TensorflowLibraries } from "@performer/tensorflow";
import { compileModel, loadCheckpoint } from "@performer/training";
import { maxResidues } from "../limits.ts";
import type { ModelReader } from "./model-reader.ts";
import { type BatchFacts, type Lane, TokenBatcher } from "./token-batcher.ts";

/** Of the permutations and resamples: the same model gives the same answer. */
const SIMILARITY_SEED = 0;
/** Rows × padded length of one batch. */
const BATCH_TOKENS = 8192;
/** The same of hidden positions, which come one record a position: fewer, so that progress is seen. */
const MASKED_BATCH_TOKENS = 4096;

export interface LoadModelOptions {
  /** Sequences for the similarity, of at most so many residues. */
  readonly sample: (maxResidues: number) => Promise<readonly Uint8Array[]>;
  /** Embeddings and scores through compiled graphs, on TensorFlow's threads; null: eagerly. */
  readonly libraries: TensorflowLibraries | null;
  readonly onBatch?: (facts: BatchFacts) => void;
}

export interface LoadedReader extends ModelReader {
  /** Frees the tensors. */
  dispose(): Promise<void>;
}

export async function loadModelReader(
  directory: string,
  summary: ModelSummary,
  { sample, libraries, onBatch }: LoadModelOptions,
): Promise<LoadedReader> {
  const { model } = await loadCheckpoint(directory);
  const compiled = libraries && (await compileModel({ model, libraries }));
  const source = compiled ?? eagerEncoder(model);
  const batcher = new TokenBatcher({ maxTokens: BATCH_TOKENS, onBatch });
  const scores: Lane<Float32Array> = { run: (rows) => sequenceLogits(source, rows) };
  const layers = Array.from({ length: model.config.numLayers + 1 }, (_, layer) => ({
    run: (rows: readonly Uint8Array[]) => embedSequences(source, rows, { layer }),
  }));
  return {
    summary,
    embed: (sequences, layer, signal, turn) =>
      batcher.add(layers[layer] as (typeof layers)[number], sequences, signal, turn),
    logits: (sequences, signal) => batcher.add(scores, sequences, signal),
    mutations: (sequence, options) =>
      mutationScores(source, sequence, { ...options, maxTokens: MASKED_BATCH_TOKENS }),
    attention: (sequence, options) => attentionWindow(model, sequence, options),
    async similarity() {
      const sequences = await sample(maxResidues(model.config));
      return aminoAcidSimilarity(model, sequences, { key: randomKey(SIMILARITY_SEED) });
    },
    async *generate({ prompt, seed, ...options }) {
      const events = generateTokens({
        ...options,
        decoder: eagerDecoder(model),
        prompt: [TOKEN.bos, ...prompt],
        minTokens: prompt.length === 0 ? 1 : 0,
        endToken: TOKEN.eos,
        excluded: NEVER_DRAWN,
        key: randomKey(seed),
      });
      for await (const event of events) {
        yield event;
        await setImmediate(); // a step computes without a pause
      }
    },
    async dispose() {
      disposeModel(model);
      await compiled?.close();
    },
  };
}
