/** Trains the Transformer, moves its weights, measures, fine-tunes; every part is kept and found again. */
import { basename, dirname, join } from "node:path";
import { attentionDivergence } from "@performer/interpret";
import { disposeModel, type PerformerModel, transferModel } from "@performer/performer";
import {
  createEvaluationBatches,
  encodeSequence,
  type RecordSource,
  SPECIALS_PER_ROW,
} from "@performer/proteins";
import { createFileSource } from "@performer/proteins/node";
import { randomKey, splitKey } from "@performer/random";
import { AttentionConfig, DataConfig, MaskingConfig, type Metrics } from "@performer/schema";
import { loadRuntime, tensorflowLibraries } from "@performer/tensorflow";
import {
  compileModel,
  evaluateBatches,
  latestCheckpoint,
  loadCheckpoint,
  saveCheckpoint,
} from "@performer/training";
import type { ExperimentContext, ExperimentProgress } from "../framework/experiment.ts";
import {
  CONTENDERS,
  type ContenderName,
  type Direction,
  modelOf,
  TOKENS_PER_STEP,
  trainingOf,
} from "../training/models.ts";
import { type ProteinSample, proteinSample } from "../training/protein-sample.ts";
import { type RunProgress, trainedRun } from "../training/trained-run.ts";
import type { TransferResult, Transferred } from "./result.ts";

export interface TransferParameters {
  readonly steps: number;
  readonly fineTuningSteps: number;
  readonly evaluateEvery: number;
  readonly direction: Direction;
  readonly seed: number;
  readonly features: readonly number[];
  readonly draws: number;
  readonly trainSequences: number;
  readonly validationSequences: number;
  readonly divergenceSequences: number;
  readonly precision: "float32" | "bf16";
}

const KERNEL: ContenderName = "performer-softmax";

/** A third of the rate of training from scratch, without much of a warm-up. */
const FINE_TUNING = { learningRate: 1e-3, warmupSteps: 10, schedule: "cosine" } as const;

export async function* measureTransfer(
  parameters: TransferParameters,
  { root }: ExperimentContext<TransferResult>,
): AsyncGenerator<ExperimentProgress<TransferResult>, TransferResult> {
  const { steps, fineTuningSteps, features, draws, direction, seed, precision } = parameters;
  const total = 2 * steps + fineTuningSteps + features.length * draws;
  const sample = await proteinSample(root, {
    train: parameters.trainSequences,
    validation: parameters.validationSequences,
  });
  const recipe = trainingOf({ steps, seed, evaluateEvery: parameters.evaluateEvery });
  const run = (contender: ContenderName) =>
    trainedRun({
      ...{ root, sample, precision, training: recipe },
      label: `${contender}-${direction}-${seed}`,
      model: modelOf(contender, direction),
    });
  const transformer = yield* counted(run("transformer"), 0, total);
  const scratch = yield* counted(run(KERNEL), steps, total);

  await loadRuntime({ root });
  const { model: source } = await loadCheckpoint(transformer.checkpoint);
  const inspection: Inspection = { parameters, sample, root, source };
  const transferred: Transferred[] = [];
  for (const numFeatures of features) {
    const found: Draw[] = [];
    for (let draw = 0; draw < draws; draw++) {
      const done = 2 * steps + transferred.length * draws + draw;
      yield { done, total, label: `transfer to ${numFeatures} features` };
      found.push(await inspect(inspection, numFeatures, draw));
    }
    transferred.push(meanOf(numFeatures, found));
  }
  const start = await saveTransferred(inspection, transformer.checkpoint);
  const tuned = yield* counted(
    trainedRun({
      ...{ root, sample, precision, from: start.checkpoint },
      label: `fine-tuned-${direction}-${seed}`,
      model: modelOf(KERNEL, direction),
      training: {
        ...trainingOf({ steps: fineTuningSteps, seed: seed + 1, evaluateEvery: 20 }),
        optimizer: FINE_TUNING,
      },
    }),
    total - fineTuningSteps,
    total,
  );
  disposeModel(source);
  const before = { step: 0, tokens: 0, ...pick(start.metrics) };
  const curves = ({ train, validation }: TransferResult["tuned"]) => ({ train, validation });
  return {
    sample: sample.description,
    tokensPerStep: TOKENS_PER_STEP,
    transformer: curves(transformer),
    scratch: curves(scratch),
    tuned: { train: tuned.train, validation: [before, ...tuned.validation] },
    transferred,
  };
}

async function* counted<Result>(
  steps: AsyncGenerator<RunProgress, Result>,
  before: number,
  total: number,
): AsyncGenerator<ExperimentProgress<TransferResult>, Result> {
  for (;;) {
    const next = await steps.next();
    if (next.done) return next.value;
    yield { done: before + next.value.step, total, label: next.value.label };
  }
}

interface Inspection {
  readonly parameters: TransferParameters;
  readonly sample: ProteinSample;
  readonly root: string;
  readonly source: PerformerModel;
}

interface Draw {
  readonly metrics: Metrics;
  readonly layers: Transferred["layers"];
}

/** One draw of the projections: the model's score before any training, and the error of each layer. */
async function inspect(inspection: Inspection, numFeatures: number, draw: number): Promise<Draw> {
  const { source, sample, parameters } = inspection;
  const target = transferTo(inspection, numFeatures, draw);
  const metrics = await evaluate(inspection, target);
  const sequences = await firstSequences(
    createFileSource([sample.validation]),
    source.config.maxLength,
    parameters.divergenceSequences,
  );
  const layers = await attentionDivergence(source, target, sequences);
  disposeModel(target);
  return {
    metrics,
    layers: layers.map(({ own, accumulated, heads }) => ({
      own,
      accumulated,
      worstHead: Math.max(...heads),
    })),
  };
}

function transferTo(
  { source, parameters }: Inspection,
  numFeatures: number,
  draw: number,
): PerformerModel {
  const attention = AttentionConfig.parse({ ...CONTENDERS[KERNEL].attention, numFeatures });
  return transferModel(source, attention, splitKey(randomKey(parameters.seed), "transfer", draw));
}

/** As the training run evaluates. */
async function evaluate({ sample, root, parameters }: Inspection, model: PerformerModel) {
  const libraries = tensorflowLibraries(root);
  if (libraries === null) {
    throw new Error("evaluate: expected TensorFlow, got none; run npm run performer -- setup");
  }
  const compiled = await compileModel({ model, libraries, precision: parameters.precision });
  const batches = createEvaluationBatches({
    source: createFileSource([sample.validation]),
    data: DataConfig.parse(trainingOf({ steps: 1, seed: 0, evaluateEvery: 1 }).data),
    masking: MaskingConfig.parse({}),
    direction: parameters.direction,
    seed: parameters.seed,
  });
  const metrics = await evaluateBatches(compiled.evaluateBatch, batches);
  await compiled.close();
  return metrics;
}

/** The first sequences that the model takes whole. */
async function firstSequences(source: RecordSource, maxLength: number, count: number) {
  const sequences: Uint8Array[] = [];
  for await (const { sequence } of source()) {
    if (sequences.length === count) break;
    const residues = encodeSequence(sequence);
    if (residues.length + SPECIALS_PER_ROW <= maxLength) sequences.push(residues);
  }
  return sequences;
}

/** The checkpoint that fine-tuning begins with: draw 0 at the contender's own number of features. */
async function saveTransferred(inspection: Inspection, transformer: string) {
  const { numFeatures } = AttentionConfig.parse(CONTENDERS[KERNEL].attention) as {
    numFeatures: number;
  };
  const run = basename(dirname(dirname(transformer)));
  const directory = join(inspection.root, ".cache/experiments/transferred", run, "checkpoints");
  const model = transferTo(inspection, numFeatures, 0);
  const metrics = await evaluate(inspection, model);
  const existing = await latestCheckpoint(directory);
  const checkpoint =
    existing?.path ?? (await saveCheckpoint({ directory, name: run, step: 0, model }));
  disposeModel(model);
  return { checkpoint, metrics };
}

function meanOf(numFeatures: number, draws: readonly Draw[]): Transferred {
  const mean = (numberOf: (draw: Draw) => number) =>
    draws.reduce((sum, draw) => sum + numberOf(draw), 0) / draws.length;
  const accuracies = draws.map(({ metrics }) => metrics.accuracy);
  return {
    numFeatures,
    draws: draws.length,
    perplexity: Math.exp(mean(({ metrics }) => metrics.loss)),
    accuracy: mean(({ metrics }) => metrics.accuracy),
    accuracyRange: [Math.min(...accuracies), Math.max(...accuracies)],
    layers: (draws[0]?.layers ?? []).map((_, layer) => ({
      own: mean(({ layers }) => layers[layer]!.own),
      accumulated: mean(({ layers }) => layers[layer]!.accumulated),
      worstHead: mean(({ layers }) => layers[layer]!.worstHead),
    })),
  };
}

const pick = ({ perplexity, accuracy }: Metrics) => ({ perplexity, accuracy });
