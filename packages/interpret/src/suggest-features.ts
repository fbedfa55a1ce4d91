/**
 * How many random features a transferred model needs: M is doubled until no layer's attention errs by
 * more than a bound, on the very projections that the transfer will draw. The relative error of an
 * average over independent features falls as 1 / √M, which says what a larger M would give.
 */
import { disposeModel, type PerformerModel, transferModel } from "@performer/performer";
import type { RandomKey } from "@performer/random";
import type { AttentionConfig } from "@performer/schema";
import { attentionDivergence, type LayerDivergence } from "./attention-divergence.ts";

type FavorConfig = Extract<AttentionConfig, { mechanism: "favor" }>;

export interface FeatureTrial {
  readonly numFeatures: number;
  readonly layers: readonly LayerDivergence[];
  /** `own` of the layer where it is largest. */
  readonly worst: number;
}

export interface SuggestFeaturesOptions {
  /** A model with exact attention. */
  readonly source: PerformerModel;
  /** What shall take its place; its M is not used. */
  readonly attention: FavorConfig;
  /** Of the projections. */
  readonly key: RandomKey;
  /** Residue ids, without specials. */
  readonly sequences: readonly Uint8Array[];
  /** Largest relative error of a layer's attention output on its own inputs. */
  readonly bound: number;
}

export interface FeatureSuggestion {
  /** Smallest M first; the last is the one within the bound, where one is. */
  readonly trials: readonly FeatureTrial[];
  /** The least power of two within the bound; null where 4096 is not. */
  readonly numFeatures: number | null;
  /** By the law 1 / √M from the last trial. */
  readonly estimate: number;
}

const LEAST = 16;
/** The most that a config takes. */
const MOST = 4096;

/** @throws {RangeError} as `transferModel` and `attentionDivergence`. */
export async function suggestFeatures({
  source,
  attention,
  key,
  sequences,
  bound,
}: SuggestFeaturesOptions): Promise<FeatureSuggestion> {
  const trials: FeatureTrial[] = [];
  for (let numFeatures = LEAST; numFeatures <= MOST; numFeatures *= 2) {
    const target = transferModel(source, { ...attention, numFeatures }, key);
    try {
      const layers = await attentionDivergence(source, target, sequences);
      trials.push({ numFeatures, layers, worst: Math.max(...layers.map(({ own }) => own)) });
    } finally {
      disposeModel(target);
    }
    if ((trials.at(-1) as FeatureTrial).worst <= bound) break;
  }
  const last = trials.at(-1) as FeatureTrial;
  const estimate = Math.ceil(last.numFeatures * (last.worst / bound) ** 2);
  return { trials, numFeatures: last.worst <= bound ? last.numFeatures : null, estimate };
}
