/**
 * A linear probe of secondary structure on each feature set and each size of training set. The test chains
 * are looked at for the figures alone.
 */
import { join } from "node:path";
import { addConfusions, classify, confusionOf, confusionScores } from "@performer/interpret";
import { randomKey, splitKey } from "@performer/random";
import type { ExperimentContext, ExperimentProgress } from "../framework/experiment.ts";
import { differencesOf, estimateShare, type Resampling } from "./accuracy.ts";
import { type Chain, type ChainSets, readChains, STATES } from "./chains.ts";
import { extractorOf, FEATURE_TITLES } from "./features.ts";
import { countHits, type FittedProbe, fitProbe } from "./fit-probe.ts";
import { loadModels } from "./load-models.ts";
import { featureKinds, type ProbeModel, type ProbeResult, type ProbeRun } from "./result.ts";

interface Parameters {
  readonly checkpoint: string;
  readonly trainChains: readonly number[];
  readonly testChains: number;
  readonly penalties: readonly number[];
  readonly resamples: number;
  readonly seed: number;
}

export async function* measureProbe(
  parameters: Parameters,
  { root, previous }: ExperimentContext<ProbeResult>,
): AsyncGenerator<ExperimentProgress<ProbeResult>, ProbeResult> {
  const { trainChains, penalties, resamples, seed } = parameters;
  const resampling = { key: splitKey(randomKey(seed), "bootstrap"), resamples };
  const { train, test } = chooseChains(
    await readChains(join(root, "data/secondary-structure.tsv.gz")),
    parameters,
  );
  const models = await loadModels(root, parameters);
  try {
    let result = previous ?? startOf(models.facts, test);
    const total = featureKinds.length * trainChains.length;
    const progress = (label: string) => ({ done: result.runs.length, total, label });
    for (const features of featureKinds) {
      const sizes = trainChains.filter(
        (size) => !result.runs.some((run) => run.features === features && run.trainChains === size),
      );
      if (sizes.length === 0) continue;
      const title = FEATURE_TITLES[features];
      yield progress(title);
      const extract = extractorOf(features, models);
      const trainFeatures = await extract(train);
      const testFeatures = await extract(test);
      for (const size of sizes) {
        yield progress(`${title}, ${size} chains`);
        const chains = train.slice(0, size);
        const fitted = await fitProbe(chains, trainFeatures.slice(0, size), penalties);
        const scores = await scoreProbe(fitted, {
          chains: test,
          features: testFeatures,
          resampling,
        });
        const trainResidues = residuesOf(chains);
        const run = { features, trainChains: size, trainResidues, ...scores };
        result = { ...result, runs: [...result.runs, run] };
        yield { ...progress(title), partial: result };
      }
    }
    return { ...result, differences: await differencesOf(result, resampling) };
  } finally {
    models.dispose();
  }
}

/** @throws {RangeError} where more chains are asked for than there are. */
function chooseChains({ train, test }: ChainSets, parameters: Parameters): ChainSets {
  const most = Math.max(...parameters.trainChains);
  if (most > train.length || parameters.testChains > test.length) {
    throw new RangeError(
      `probe: expected at most ${train.length} training and ${test.length} test chains, got ${most} and ${parameters.testChains}`,
    );
  }
  return { train: train.slice(0, most), test: test.slice(0, parameters.testChains) };
}

function startOf(model: ProbeModel, test: readonly Chain[]): ProbeResult {
  const counts = STATES.map((_, state) =>
    test.reduce((sum, { states }) => sum + states.filter((each) => each === state).length, 0),
  );
  return {
    model,
    lengths: test.map(({ residues }) => residues.length),
    nearestIdentity: test.map(({ nearestIdentity }) => nearestIdentity),
    shares: counts.map((count) => count / residuesOf(test)),
    runs: [],
    differences: [],
  };
}

interface TestSet {
  readonly chains: readonly Chain[];
  /** [L × D] of each chain. */
  readonly features: readonly Float32Array[];
  readonly resampling: Resampling;
}

async function scoreProbe(
  { probe, penalty, dimensions }: FittedProbe,
  { chains, features, resampling }: TestSet,
): Promise<Omit<ProbeRun, "features" | "trainChains" | "trainResidues">> {
  const predictions = await Promise.all(features.map((rows) => classify(probe, rows)));
  const confusion = addConfusions(
    chains.map(({ states }, i) => confusionOf(states, predictions[i] as Uint8Array, STATES.length)),
  );
  const hits = chains.map(({ states }, i) => countHits(states, predictions[i] as Uint8Array));
  const lengths = chains.map(({ residues }) => residues.length);
  return {
    dimensions,
    penalty,
    hits,
    confusion: confusion.map((row) => [...row]),
    accuracy: await estimateShare(hits, lengths, resampling),
    macroF1: confusionScores(confusion)?.macroF1 ?? Number.NaN,
  };
}

const residuesOf = (chains: readonly Chain[]): number =>
  chains.reduce((sum, { residues }) => sum + residues.length, 0);
