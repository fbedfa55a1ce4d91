/**
 * Made-up but plausible answers of the API: a learning curve that falls below its baseline, heads that
 * look near, at stripes and everywhere, a similarity that agrees with BLOSUM62 up to noise. Seeded.
 */
import { BLOSUM62, STANDARD_RESIDUES } from "@performer/proteins";
import { createStream, randomKey, splitKey } from "@performer/random";
import type {
  AttentionResponse,
  EmbeddingsRequest,
  EmbeddingsResponse,
  Metrics,
  ModelDetails,
  ModelSummary,
  MutationsRequest,
  MutationsResponse,
  RunEvent,
  RunSummary,
  SimilarityResponse,
} from "@performer/schema";

/** UniProt P00974: the protein of the article's attention figure. */
export const BPT1_BOVIN =
  "MKMSRLCLSVALLVLLGTLAASTPGCDTSNQAKAQRPDFCLEPPYTGPCKARIIRYFYNAKAGLCQTFVYGGCRAKRNNFKSAEDCMRTCGGAIGPWENL";

const KEY = randomKey(20_200_930);
const STARTED_AT = Date.parse("2025-11-24T21:14:00Z");
const SECONDS_PER_STEP = 1.9;
const BASELINE = { perplexity: 17.83, accuracy: 0.0988 };
const POSITIONS = 614;

function metrics(perplexity: number, accuracy: number, positions = POSITIONS): Metrics {
  const loss = Math.log(perplexity);
  return {
    lossSum: loss * positions,
    weightSum: positions,
    correctSum: Math.round(accuracy * positions),
    loss,
    perplexity,
    accuracy,
  };
}

const timeOf = (step: number): string =>
  new Date(STARTED_AT + step * SECONDS_PER_STEP * 1000).toISOString();

/** Perplexity and accuracy that a small model would have at a step, before noise. */
function learned(step: number): { perplexity: number; accuracy: number } {
  const progress = 1 - Math.exp(-step / 700);
  const loss = 3.36 - 0.62 * (1 - Math.exp(-step / 60)) - 0.29 * progress;
  return { perplexity: Math.exp(loss), accuracy: 0.04 + 0.07 * progress + 0.115 * progress ** 2 };
}

/** The step events of a run, with noise; `step` fixes the noise. */
export function stepEvent(step: number, totalSteps: number): RunEvent {
  const noise = createStream(splitKey(KEY, "step", step));
  const { perplexity, accuracy } = learned(step);
  return {
    type: "step",
    step,
    time: timeOf(step),
    metrics: metrics(
      perplexity * Math.exp(0.045 * noise.normal()),
      accuracy + 0.012 * noise.normal(),
    ),
    learningRate: 1e-3 * Math.min(1, step / 100),
    gradientNorm: 0.42 + 0.05 * noise.normal(),
    tokensPerSecond: 11_240 + 180 * noise.normal(),
    secondsLeft: (totalSteps - step) * SECONDS_PER_STEP,
    waitShare: 0.01,
  };
}

export function evaluationEvent(step: number): RunEvent {
  const { perplexity, accuracy } = learned(step);
  return {
    type: "evaluation",
    step,
    time: timeOf(step),
    metrics: metrics(perplexity * 1.015, accuracy - 0.004, 9_824),
  };
}

/** A run's log up to `lastStep`, every `every` steps; ends where `lastStep` is the last of the run. */
export function runEvents(lastStep: number, totalSteps: number, every = 2): RunEvent[] {
  const events: RunEvent[] = [
    {
      type: "start",
      step: 0,
      time: timeOf(0),
      totalSteps,
      parameterCount: 4_745_757,
      backend: "tensorflow",
      resumedFrom: 0,
      baseline: BASELINE,
    },
  ];
  for (let step = every; step <= lastStep; step += every) {
    events.push(stepEvent(step, totalSteps));
    if (step % 200 === 0) {
      events.push(evaluationEvent(step));
      events.push({ type: "checkpoint", step, time: timeOf(step), name: `step-${step}` });
    }
  }
  if (lastStep === totalSteps) {
    events.push({ type: "end", step: lastStep, time: timeOf(lastStep), reason: "finished" });
  }
  return events;
}

/** What the API's list would say of a run with these events. */
export function summarize(
  id: string,
  events: readonly RunEvent[],
  status: RunSummary["status"],
): RunSummary {
  const start = events.find((event) => event.type === "start");
  if (start === undefined) throw new Error(`summarize: expected a start event in ${id}, got none`);
  const step = events.findLast((event) => event.type === "step");
  const evaluation = events.findLast((event) => event.type === "evaluation");
  return {
    id,
    status,
    step: step?.step ?? 0,
    totalSteps: start.totalSteps,
    startedAt: start.time,
    updatedAt: events.at(-1)?.time ?? start.time,
    baseline: start.baseline,
    ...(step && { lastTraining: step.metrics }),
    ...(evaluation && { lastEvaluation: evaluation.metrics }),
  };
}

/** A model that ships, with the figures of its report. */
export function shippedModel(): ModelSummary {
  return {
    ...modelSummary(),
    name: "models/5m",
    id: "models/5m",
    fingerprint: "a".repeat(64),
    shipped: true,
    step: 42_000,
    figures: { set: "uniref50-test.fasta.gz", perplexity: 12.34, accuracy: 0.2104 },
  };
}

export function modelSummary(): ModelSummary {
  return {
    name: "uniref-small/step-00002000",
    id: "uniref-small",
    fingerprint: "b".repeat(64),
    shipped: false,
    step: 2000,
    createdAt: timeOf(2000),
    parameterCount: 4_745_757,
    config: {
      vocabulary: "performer",
      vocabularySize: 29,
      maxLength: 512,
      embeddingSize: 256,
      numHeads: 8,
      numLayers: 6,
      feedForwardSize: 1024,
      direction: "bidirectional",
      positions: "sinusoidal",
      tokenShift: false,
      residual: "ordinary",
      attentionBias: false,
      activation: "relu",
      normEpsilon: 1e-5,
      tokenScale: "sqrt-width",
      tokenNorm: false,
      outputHead: "linear",
      tiedOutput: true,
      contactHead: false,
      attention: {
        mechanism: "favor",
        featureMap: { kind: "relu", kernelEpsilon: 1e-3 },
        projection: "orthogonal",
        numFeatures: 256,
        redrawEvery: 1000,
        chunkSize: 64,
        localHeads: 0,
        localWindow: 32,
      },
      dropout: 0.1,
    },
    validation: metrics(11.42, 0.214, 9_824),
  };
}

/** 6 layers × 8 heads: near the diagonal, stripes on cysteines, or everywhere, as a head's number says. */
export function attentionResponse(accession: string, sequence: string): AttentionResponse {
  const { numLayers, numHeads } = modelSummary().config;
  const maps = Array.from({ length: numLayers }, (_, layer) =>
    Array.from({ length: numHeads }, (_, head) => attentionMap(sequence, layer, head)),
  );
  const { name: model, fingerprint } = modelSummary();
  const whole = { from: 0, to: sequence.length, cells: sequence.length };
  return {
    model,
    fingerprint,
    accession,
    sequence,
    numLayers,
    numHeads,
    layers: maps.map((_, layer) => layer),
    heads: Array.from({ length: numHeads }, (_, head) => head),
    weights: "model",
    rows: whole,
    columns: whole,
    maps,
  };
}

function attentionMap(sequence: string, layer: number, head: number): number[] {
  const noise = createStream(splitKey(KEY, "map", layer, head));
  const length = sequence.length;
  const kind = (layer * 3 + head) % 4;
  const offset = noise.integer(7) - 3;
  const width = 1.5 + 2 * layer;
  const stripes = [...sequence].map((letter) =>
    letter === "C" || noise.uniform() < 0.04 ? 3 + 3 * noise.uniform() : 0,
  );
  const map: number[] = [];
  for (let i = 0; i < length; i++) {
    const row = Array.from({ length }, (_, j) => {
      const near = Math.exp(-(((j - i - offset) / width) ** 2));
      const faint = 0.02 + 0.03 * noise.uniform();
      if (kind <= 1) return near + faint;
      return kind === 2 ? (stripes[j] ?? 0) * 0.3 + faint : 0.1 + 0.1 * noise.uniform();
    });
    const sum = row.reduce((total, weight) => total + weight, 0);
    map.push(...row.map((weight) => Number((weight / sum).toPrecision(6))));
  }
  return map;
}

/** Substitutions cost what BLOSUM62 says, less at every third position. */
export function mutationsResponse({
  sequence,
  method,
  positions,
}: MutationsRequest): MutationsResponse {
  const letters = typeof sequence === "string" ? sequence : sequence.sequence;
  const asked = positions ?? Array.from(letters, (_, position) => position);
  const scores = asked.map((position) => {
    const wildType = STANDARD_RESIDUES.indexOf(letters[position] as string);
    return Array.from(STANDARD_RESIDUES, (_, mutant) => {
      if (mutant === wildType) return 0;
      return ((BLOSUM62[wildType]?.[mutant] ?? 0) - 3) * (position % 3 === 0 ? 0.2 : 0.6);
    });
  });
  const { name: model, fingerprint } = modelSummary();
  const passes = method === "single-pass" ? 1 : asked.length;
  return {
    model,
    fingerprint,
    accession: "sequence",
    sequence: letters,
    method,
    direction: "bidirectional",
    cost: { passes, residues: passes * letters.length },
    residues: STANDARD_RESIDUES,
    positions: asked,
    scores,
  };
}

/** Three clouds, by the length of the protein. */
export function embeddingsResponse({ sequences = [] }: EmbeddingsRequest): EmbeddingsResponse {
  const { name: model, fingerprint } = modelSummary();
  const embeddings = sequences.map((input, index) => {
    const sequence = typeof input === "string" ? input : input.sequence;
    const noise = createStream(splitKey(KEY, "embedding", sequence));
    const centre = 30 * (sequence.length % 3);
    return {
      accession: `sequence ${index + 1}`,
      length: sequence.length,
      mean: Array.from({ length: 8 }, (_, i) => (i === 0 ? centre : 0) + noise.normal()),
    };
  });
  return { model, fingerprint, embeddingSize: 8, layer: 6, embeddings };
}

export function modelDetails(summary: ModelSummary): ModelDetails {
  return {
    ...summary,
    card: "# small\n\nA model of **few** parameters.\n\n| | |\n| --- | --- |\n| width | `256` |\n\n- made up\n",
    dataDescription: "made-up proteins",
    licence: "Apache-2.0",
    tokensSeen: 1_000_000,
  };
}

export function similarityResponse(): SimilarityResponse {
  const noise = createStream(splitKey(KEY, "similarity"));
  const similarity = BLOSUM62.map((row) => row.map((): number | null => null));
  BLOSUM62.forEach((row, i) => {
    row.slice(0, i).forEach((score, j) => {
      const value = Math.tanh(0.28 * score + 0.3 + 0.22 * noise.normal());
      (similarity[i] ?? [])[j] = value;
      (similarity[j] ?? [])[i] = value;
    });
  });
  return {
    model: modelSummary().name,
    fingerprint: modelSummary().fingerprint,
    residues: STANDARD_RESIDUES,
    similarity,
    blosum62: BLOSUM62.map((row) => [...row]),
    edges: "flat",
    headsKept: 46,
    headsTotal: 48,
    sequences: 800,
    pearson: 0.742,
    spearman: 0.705,
    interval: [0.688, 0.781],
    mantelP: 0.0002,
    embeddingControl: 0.611,
  };
}
