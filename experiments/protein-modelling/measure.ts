/** Every contender in every direction, one seed after another, so that a stopped experiment has whole seeds. */
import { countNgrams, ngramBaseline } from "@performer/proteins";
import { createFileSource } from "@performer/proteins/node";
import type { ExperimentContext, ExperimentProgress } from "../framework/experiment.ts";
import {
  CONTENDERS,
  type ContenderName,
  DIRECTIONS,
  modelOf,
  TOKENS_PER_STEP,
  trainingOf,
} from "../training/models.ts";
import { type ProteinSample, proteinSample } from "../training/protein-sample.ts";
import { trainedRun } from "../training/trained-run.ts";
import type { ModellingResult, ModellingRun } from "./result.ts";

interface Parameters {
  readonly contenders: readonly ContenderName[];
  readonly seeds: readonly number[];
  readonly steps: number;
  readonly evaluateEvery: number;
  readonly trainSequences: number;
  readonly validationSequences: number;
  readonly ngramOrder: number;
  readonly precision: "float32" | "bf16";
}

export async function* trainContenders(
  parameters: Parameters,
  { root, previous }: ExperimentContext<ModellingResult>,
): AsyncGenerator<ExperimentProgress<ModellingResult>, ModellingResult> {
  const { contenders, seeds, steps, evaluateEvery, ngramOrder, precision } = parameters;
  const kept = previous?.runs ?? [];
  const planned = seeds.flatMap((seed) =>
    DIRECTIONS.flatMap((direction) =>
      contenders
        .filter((contender) => CONTENDERS[contender].directions.includes(direction))
        .map((contender) => ({ contender, direction, seed }))
        .filter((run) => !kept.some((other) => isSameRun(other, run))),
    ),
  );
  const total = planned.length * steps;
  yield { done: 0, total, label: "n-gram baselines" };
  const sample = await proteinSample(root, {
    train: parameters.trainSequences,
    validation: parameters.validationSequences,
  });
  const baselines = await scoreBaselines(sample, ngramOrder);

  const runs: ModellingRun[] = [...kept];
  const resultSoFar = (): ModellingResult => ({
    sample: sample.description,
    tokensPerRun: steps * TOKENS_PER_STEP,
    baselines,
    runs,
  });
  for (const { contender, direction, seed } of planned) {
    const before = (runs.length - kept.length) * steps;
    const run = trainedRun({
      ...{ root, sample, precision },
      label: `${contender}-${direction}-${seed}`,
      model: modelOf(contender, direction),
      training: trainingOf({ steps, seed, evaluateEvery }),
    });
    for (;;) {
      const next = await run.next();
      if (next.done) {
        const { train, validation } = next.value;
        runs.push({ contender, direction, seed, curves: { train, validation } });
        break;
      }
      yield { done: before + next.value.step, total, label: next.value.label };
    }
    yield { done: before + steps, total, label: "", partial: resultSoFar() };
  }
  return resultSoFar();
}

type RunName = Pick<ModellingRun, "contender" | "direction" | "seed">;

const isSameRun = (a: RunName, b: RunName) =>
  a.contender === b.contender && a.direction === b.direction && a.seed === b.seed;

/** Fitted on all training sequences, scored on the sequences that the models are validated on. */
async function scoreBaselines(sample: ProteinSample, highest: number) {
  const counts = await countNgrams(createFileSource([sample.whole]), { order: highest });
  const validation = createFileSource([sample.validation]);
  const baselines: ModellingResult["baselines"] = [];
  for (let order = 1; order <= highest; order++) {
    const { perplexity, accuracy } = await ngramBaseline(counts, order).score(validation);
    baselines.push({ order, perplexity, accuracy });
  }
  return baselines;
}
