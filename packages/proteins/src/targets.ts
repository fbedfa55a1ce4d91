/** The two training tasks: rows of tokens to inputs, targets and loss mask, in place in a batch. */
import type { RandomStream } from "@performer/random";
import type { MaskingConfig } from "@performer/schema";
import { isStandardResidue, STANDARD_RESIDUES, TOKEN } from "./alphabet.ts";
import type { Row } from "./rows.ts";
import type { TrainingBatch } from "./training-batch.ts";

/**
 * Masked targets (BERT; Devlin et al. 2019, section 3.1): of the row's standard residues
 * `fraction`, rounded and at least one, is chosen; of these `maskShare` become mask,
 * `randomShare` a standard residue drawn uniformly (maybe the same), and the rest stay.
 *
 * Neither specials nor the anomalous B, O, U, X, Z are chosen: they are notes about what was
 * not measured, and without them the score counts what `empiricalBaseline` counts.
 * Targets hold the true tokens at every position; the masks say which are learned and which scored.
 */
export function writeMaskedRow(
  batch: TrainingBatch,
  index: number,
  { tokens }: Row,
  masking: MaskingConfig,
  random: RandomStream,
): void {
  const { inputs, targets, lossMask, scoreMask, paddingMask } = batch;
  const offset = index * batch.length;
  let candidates = 0;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    inputs[offset + i] = token;
    targets[offset + i] = token;
    paddingMask[offset + i] = 1;
    if (isStandardResidue(token)) candidates++;
  }

  // selection sampling (Knuth, TAOCP 2, 3.4.2, algorithm S): exactly `wanted` of `candidates`
  let wanted = Math.min(candidates, Math.max(1, Math.round(masking.fraction * candidates)));
  for (let i = 0; wanted > 0; i++) {
    if (!isStandardResidue(tokens[i]!)) continue;
    const isChosen = random.uniform() * candidates < wanted;
    candidates--;
    if (!isChosen) continue;
    wanted--;
    const input = corrupt(tokens[i]!, masking, random);
    inputs[offset + i] = input;
    lossMask[offset + i] = 1;
    scoreMask[offset + i] = input === TOKEN.mask ? 1 : 0;
  }
}

function corrupt(token: number, masking: MaskingConfig, random: RandomStream): number {
  const share = random.uniform();
  if (share < masking.maskShare) return TOKEN.mask;
  if (share < masking.maskShare + masking.randomShare) {
    return random.integer(STANDARD_RESIDUES.length);
  }
  return token;
}

/**
 * Next-token targets: inputs are the row without its last token, targets the row without its first.
 * Every target is scored, eos and anomalous residues included, but for an eos that a cut put there.
 */
export function writeNextTokenRow(batch: TrainingBatch, index: number, row: Row): void {
  const { inputs, targets, lossMask, scoreMask, paddingMask } = batch;
  const { tokens } = row;
  const offset = index * batch.length;
  const positions = tokens.length - 1;
  for (let i = 0; i < positions; i++) {
    inputs[offset + i] = tokens[i]!;
    targets[offset + i] = tokens[i + 1]!;
    lossMask[offset + i] = 1;
    paddingMask[offset + i] = 1;
  }
  if (row.endsInCut) lossMask[offset + positions - 1] = 0;
  // the input never shows its target
  scoreMask.set(lossMask.subarray(offset, offset + positions), offset);
}
