/** Generation in terms of proteins: what may be drawn, from which models, and the FASTA that comes out. */
import type { GenerationEvent } from "@performer/performer";
import { decodeTokens, formatFasta, VOCABULARY_SIZE } from "@performer/proteins";
import type { CheckpointManifest } from "@performer/schema";
import type { ModelNeed } from "./find-model.ts";

/** What generation takes where nobody named a model. */
export const CAUSAL_MODEL: ModelNeed = {
  fits: ({ direction }) => direction === "causal",
  what: "causal model",
  remedy: "train one with performer train configs/demo-causal.json",
};

/**
 * How many residues are drawn behind `prompt`: at most up to `maxResidues` in all, by default what the
 * model takes; at least one where the sequence would else be empty.
 * @throws {Error} where the model draws no proteins, or the lengths do not fit it.
 */
export function drawLimits(
  { name, step, model }: Pick<CheckpointManifest, "name" | "step" | "model">,
  prompt: Uint8Array,
  maxResidues: number = model.maxLength,
): { minTokens: number; maxTokens: number } {
  if (model.direction !== "causal") {
    throw new Error(
      `generate: ${name} (step ${step}) is a bidirectional model, which fills in hidden residues and predicts no next one; ` +
        "train a causal one with: performer train configs/demo-causal.json, or name one with --checkpoint",
    );
  }
  if (model.vocabularySize !== VOCABULARY_SIZE) {
    throw new Error(
      `generate: ${name} (step ${step}) has ${model.vocabularySize} tokens where this software's proteins have ${VOCABULARY_SIZE}; name another model with --checkpoint`,
    );
  }
  if (maxResidues > model.maxLength) {
    throw new Error(
      `--max-length: ${name} takes ${model.maxLength} residues at most, got ${maxResidues}; ask for fewer, or train with a larger maxLength`,
    );
  }
  if (prompt.length >= maxResidues) {
    throw new Error(
      `--prompt: expected fewer than ${maxResidues} residues, so that one can be drawn, got ${prompt.length}; shorten it or raise --max-length`,
    );
  }
  return { minTokens: prompt.length === 0 ? 1 : 0, maxTokens: maxResidues - prompt.length };
}

/** A record a sequence: its number, `origin`, its length, and whether the model ended it. */
export async function* formatSequences(
  events: AsyncIterable<GenerationEvent>,
  { prompt, origin }: { readonly prompt: Uint8Array; readonly origin: string },
): AsyncGenerator<string> {
  for await (const event of events) {
    if (event.type !== "sequence") continue;
    const residues = decodeTokens([...prompt, ...event.tokens]);
    const end = event.endedBy === "end token" ? "ended=model" : "ended=max-length";
    yield formatFasta(
      `generated_${event.index + 1} ${origin} length=${residues.length} ${end}`,
      residues,
    );
  }
}
