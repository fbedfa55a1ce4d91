/** M for a transfer by the error that a person allows, and the trials that led to it as a table. */
import {
  type FeatureTrial,
  type SuggestFeaturesOptions,
  suggestFeatures,
} from "@performer/interpret";

export interface ChosenFeatures {
  readonly numFeatures: number;
  /** Every M that was tried, with the divergence of each layer and head. */
  readonly trials: readonly FeatureTrial[];
}

/** @throws {Error} where even the most features that a config takes err by more than the bound. */
export async function chooseFeatures(options: SuggestFeaturesOptions): Promise<ChosenFeatures> {
  const { bound } = options;
  const { trials, numFeatures, estimate } = await suggestFeatures(options);
  for (const { numFeatures: M, worst } of trials) {
    process.stderr.write(`${String(M).padStart(6)} features: worst layer ${percent(worst)}\n`);
  }
  if (numFeatures !== null) return { numFeatures, trials };
  const last = trials.at(-1);
  throw new Error(
    `transfer: expected a number of features that keeps every layer within ${percent(bound)}, got ${percent(last?.worst ?? 1)} with ${last?.numFeatures}; by the law 1 / √M about ${estimate.toLocaleString("en")} would: allow more with --bound, or take --features ${last?.numFeatures} and recover the rest with performer finetune`,
  );
}

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
