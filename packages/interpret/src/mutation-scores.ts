/**
 * How a model judges every substitution of a protein: log p(mutant) - log p(wild type) at its position.
 *
 * single-pass: one pass over the sequence as it is. Cheap; a bidirectional model sees the wild type that
 * it judges. Of a causal model it compares what may follow the residues before, and says nothing of
 * what the substitution does to those behind.
 * masked-marginals: each position hidden in turn, a pass each (Meier et al. 2021, "Language models
 * enable zero-shot prediction of the effects of mutations"). A causal model never sees the position
 * that it predicts, so hiding it means nothing there and is refused.
 */
import type { PerformerModel } from "@performer/performer";
import {
  bucketLength,
  collateSequences,
  SPECIALS_PER_ROW,
  STANDARD_RESIDUES,
  TOKEN,
} from "@performer/proteins";
import type { MutationCost, MutationMethod } from "@performer/schema";
import { eagerEncoder, type TokenScorer } from "./encoder.ts";
import { createPacer } from "./pacer.ts";
import { assertLengths } from "./sequence-lengths.ts";
import { logSumExp, scoredPosition, sequenceLogits } from "./sequence-logits.ts";

export interface MutationOptions {
  readonly method: MutationMethod;
  /** 0-based residues to score, each once; all, in order, without. */
  readonly positions?: readonly number[] | undefined;
  /** Rows × padded length of one batch of hidden positions at most. 8192 without. */
  readonly maxTokens?: number;
}

export interface PositionScores {
  /** 0-based residue. */
  readonly position: number;
  /** Its residue id. */
  readonly wildType: number;
  /** log p(wild type), nats: what pseudo-perplexity is made of. */
  readonly wildTypeLogProb: number;
  /** [20] in the order of STANDARD_RESIDUES, nats; 0 in the wild type's own column. */
  readonly scores: Float32Array;
}

/** What `mutationScores` will compute, before it does. @param length L of the wild type. */
export function mutationCost(
  length: number,
  { method, positions }: Pick<MutationOptions, "method" | "positions">,
): MutationCost {
  const passes = passesOf(method, positions?.length ?? length);
  return { passes, residues: passes * length };
}

function passesOf(method: MutationMethod, positions: number): number {
  switch (method) {
    case "single-pass":
      return 1;
    case "masked-marginals":
      return positions;
    default:
      return method satisfies never;
  }
}

/**
 * A record a position, in the order asked, as soon as its batch is computed: progress is how many have
 * come, of as many as there are positions. Return early to stop.
 * @param source a model, computed eagerly, or what computes its scores in another way.
 * @param sequence residue ids of the wild type, without specials; anomalous ones are scored against
 *   the model's own score of them.
 * @throws {RangeError} where the sequence does not fit the model, a position is not in it or given
 *   twice, or masked marginals are asked of a causal model.
 */
export async function* mutationScores(
  source: PerformerModel | TokenScorer,
  sequence: Uint8Array,
  { method, positions: asked, maxTokens = 8192 }: MutationOptions,
): AsyncGenerator<PositionScores, void, void> {
  const scorer = "logits" in source ? source : eagerEncoder(source);
  assertLengths("mutationScores", [sequence], scorer.config.maxLength);
  const positions = asked ?? Array.from(sequence, (_, position) => position);
  assertPositions(positions, sequence.length);
  switch (method) {
    case "single-pass":
      return yield* singlePass(scorer, sequence, positions);
    case "masked-marginals":
      assertBidirectional(scorer);
      return yield* maskedMarginals(scorer, sequence, positions, maxTokens);
    default:
      return method satisfies never;
  }
}

async function* singlePass(
  scorer: TokenScorer,
  sequence: Uint8Array,
  positions: readonly number[],
): AsyncGenerator<PositionScores, void, void> {
  const V = scorer.config.vocabularySize;
  const [logits = new Float32Array()] = await sequenceLogits(scorer, [sequence]);
  for (const position of positions) {
    yield compare(logits.subarray(position * V, (position + 1) * V), sequence, position);
  }
}

async function* maskedMarginals(
  scorer: TokenScorer,
  sequence: Uint8Array,
  positions: readonly number[],
  maxTokens: number,
): AsyncGenerator<PositionScores, void, void> {
  const { maxLength, vocabularySize: V } = scorer.config;
  const length = Math.min(bucketLength(sequence.length + SPECIALS_PER_ROW), maxLength);
  const rowsOfBatch = Math.max(1, Math.floor(maxTokens / length));
  const breathe = createPacer();
  for (let start = 0; start < positions.length; start += rowsOfBatch) {
    const batch = positions.slice(start, start + rowsOfBatch);
    const hidden = batch.map((position) => sequence.with(position, TOKEN.mask));
    const logits = await scorer.logits(collateSequences(hidden, { length }));
    for (const [row, position] of batch.entries()) {
      const at = row * length + scoredPosition(scorer, position);
      yield compare(logits.subarray(at * V, (at + 1) * V), sequence, position);
    }
    await breathe();
  }
}

/** Both log probabilities have the same normaliser: their difference is that of the scores. */
function compare(logits: Float32Array, sequence: Uint8Array, position: number): PositionScores {
  const wildType = sequence[position] as number;
  const scores = Float32Array.from(
    STANDARD_RESIDUES,
    (_, residue) => (logits[residue] as number) - (logits[wildType] as number),
  );
  const [normalizer = 0] = logSumExp(logits, logits.length);
  return { position, wildType, wildTypeLogProb: (logits[wildType] as number) - normalizer, scores };
}

function assertPositions(positions: readonly number[], length: number): void {
  const wrong = positions.find((each) => !Number.isInteger(each) || each < 0 || each >= length);
  if (wrong !== undefined) {
    throw new RangeError(
      `mutationScores: expected positions from 0 to ${length - 1}, got ${wrong}; they count residues from 0`,
    );
  }
  if (new Set(positions).size !== positions.length) {
    throw new RangeError("mutationScores: expected each position once, got one twice; drop it");
  }
}

function assertBidirectional({ config }: TokenScorer): void {
  if (config.direction === "bidirectional") return;
  throw new RangeError(
    'mutationScores: expected a bidirectional model for masked-marginals, got a causal one, which never sees the position that it predicts; use the method "single-pass", or another model',
  );
}
