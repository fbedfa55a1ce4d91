/** A probe on labelled chains: its penalty is chosen on a part of them, then all of them are fitted. */
import {
  classify,
  fitLogisticRegression,
  type LabelledFeatures,
  type LogisticRegression,
} from "@performer/interpret";
import { type Chain, STATES } from "./chains.ts";

export interface FittedProbe {
  readonly probe: LogisticRegression;
  readonly penalty: number;
  /** D */
  readonly dimensions: number;
}

/** Four fifths are fitted for the choice, the last fifth judges. */
const JUDGES = 5;
const options = { classes: STATES.length, tolerance: 1e-4, maxIterations: 300 } as const;

/** @param features [L × D] of each chain. */
export async function fitProbe(
  chains: readonly Chain[],
  features: readonly Float32Array[],
  penalties: readonly number[],
): Promise<FittedProbe> {
  const cut = chains.length - Math.max(1, Math.floor(chains.length / JUDGES));
  const part = (from: number, to?: number) =>
    labelledOf(chains.slice(from, to), features.slice(from, to));
  let penalty = penalties[0] as number;
  if (penalties.length > 1) {
    const [fitting, judging] = [part(0, cut), part(cut)];
    let best = -1;
    for (const candidate of penalties) {
      const probe = await fitLogisticRegression(fitting, { ...options, penalty: candidate });
      const hits = countHits(judging.labels, await classify(probe, judging.features));
      if (hits > best) [best, penalty] = [hits, candidate];
    }
  }
  const all = part(0);
  const probe = await fitLogisticRegression(all, { ...options, penalty });
  return { probe, penalty, dimensions: all.features.length / all.labels.length };
}

function labelledOf(chains: readonly Chain[], features: readonly Float32Array[]): LabelledFeatures {
  return {
    features: concatenate(features, (length) => new Float32Array(length)),
    labels: concatenate(
      chains.map(({ states }) => states),
      (length) => new Uint8Array(length),
    ),
  };
}

function concatenate<List extends Float32Array | Uint8Array>(
  lists: readonly List[],
  create: (length: number) => List,
): List {
  const joined = create(lists.reduce((length, list) => length + list.length, 0));
  let place = 0;
  for (const list of lists) {
    joined.set(list, place);
    place += list.length;
  }
  return joined;
}

export const countHits = (labels: Uint8Array, predictions: Uint8Array): number =>
  labels.reduce((sum, label, i) => sum + Number(label === predictions[i]), 0);
