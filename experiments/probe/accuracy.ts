/**
 * Accuracies with intervals. Residues of one chain depend on each other, so the bootstrap draws chains;
 * and two feature sets are compared on the same draw of chains, as what is hard is hard for both.
 */
import { bootstrapInterval } from "@performer/interpret";
import type { RandomKey } from "@performer/random";
import { type Difference, type Estimate, featureKinds, type ProbeResult } from "./result.ts";

/** Below this identity a test chain has no relative in the pre-training data. */
export const NOVEL_BELOW = 0.3;

export interface Resampling {
  readonly key: RandomKey;
  readonly resamples: number;
}

/** Σ numerator / Σ lengths over chains; the interval is null where too few chains can be drawn. */
export async function estimateShare(
  numerators: readonly number[],
  lengths: readonly number[],
  { key, resamples }: Resampling,
): Promise<Estimate> {
  const share = (weight: (chain: number) => number) => {
    let [sum, total] = [0, 0];
    for (const [chain, length] of lengths.entries()) {
      sum += weight(chain) * (numerators[chain] as number);
      total += weight(chain) * length;
    }
    return sum / total;
  };
  const statistic = (weights: Uint32Array) => share((chain) => weights[chain] as number);
  const interval = await bootstrapInterval({ key, resamples, count: lengths.length, statistic });
  return { value: share(() => 1), interval };
}

/** The trained model's features against each other set, on the largest training set. */
export async function differencesOf(
  result: ProbeResult,
  resampling: Resampling,
): Promise<Difference[]> {
  const { lengths, nearestIdentity } = result;
  const largest = Math.max(...result.runs.map(({ trainChains }) => trainChains));
  const hitsOf = (kind: string) =>
    result.runs.find((run) => run.features === kind && run.trainChains === largest)?.hits ?? [];
  const trained = hitsOf("trained-model");
  const isNovel = (_: unknown, chain: number) => (nearestIdentity[chain] as number) < NOVEL_BELOW;
  const novelLengths = lengths.filter(isNovel);
  const differences: Difference[] = [];
  for (const against of featureKinds.filter((kind) => kind !== "trained-model")) {
    const others = hitsOf(against);
    const gains = trained.map((hits, chain) => hits - (others[chain] as number));
    const novel =
      novelLengths.length > 0
        ? await estimateShare(gains.filter(isNovel), novelLengths, resampling)
        : null;
    differences.push({ against, all: await estimateShare(gains, lengths, resampling), novel });
  }
  return differences;
}
