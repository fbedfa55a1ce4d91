/**
 * What a step of many hosts takes, from what few processes took here: compute, the optimiser, and a ring of
 * 2 (n − 1) hops in which each of n workers moves 2 (n − 1) / n times its gradients (Patarasuk and Yuan, 2009).
 * Nothing overlaps, as in the compiled step. All that it says beyond the measured points is a prediction.
 */
import type { ModelConfig } from "@performer/schema";

/** Medians over the steps of one number of workers, one thread each. */
export interface ScalingPoint {
  readonly workers: number;
  /** Gradients of a worker's rows, of the slowest in each step. */
  readonly computeMs: number;
  readonly stepMs: number;
  /** A collective operation of 16 KiB: little but its hops. */
  readonly meetMs: number;
}

export interface ScalingStudy {
  /** "AMD EPYC, 2 cores, …" */
  readonly machine: string;
  readonly cores: number;
  readonly date: string;
  /** Whether nothing else ran. */
  readonly quiet: boolean;
  readonly parameters: number;
  /** Of each worker: the work grows with the workers. */
  readonly rows: number;
  readonly length: number;
  /** A step of one process by itself, in one graph: on one thread, and on all cores. */
  readonly alone: { readonly oneThreadMs: number; readonly allCoresMs: number };
  readonly points: readonly ScalingPoint[];
}

/** What the points say of communication. */
export interface Exchange {
  /** The optimiser, and what collective operations cost without another worker. */
  readonly updateMs: number;
  /** Of one worker's traffic through TensorFlow's gRPC between processes of the machine. */
  readonly bytesPerSecond: number;
  readonly hopMs: number;
}

const BYTES = 4;
const MS = 1000;

/** Bytes that each of n workers sends. */
export function ringBytes(parameters: number, workers: number): number {
  return ((2 * (workers - 1)) / workers) * BYTES * parameters;
}

/** @throws {RangeError} where the points of one and two workers are missing, or two were no slower than one. */
export function fitExchange({ points, parameters }: ScalingStudy): Exchange {
  const [one, two] = [1, 2].map((count) => points.find(({ workers }) => workers === count));
  if (one === undefined || two === undefined) {
    throw new RangeError(
      "fitExchange: expected points of 1 and 2 workers, got fewer; measure both",
    );
  }
  const updateMs = one.stepMs - one.computeMs;
  const hopMs = Math.max(0, two.meetMs - one.meetMs);
  const sendMs = two.stepMs - two.computeMs - updateMs - 2 * hopMs;
  if (!(sendMs > 0)) {
    throw new RangeError(
      `fitExchange: expected two workers to take longer for an update than one, got ${sendMs.toFixed(1)} ms more; measure again on a quiet machine, with more parameters or steps`,
    );
  }
  return { updateMs, hopMs, bytesPerSecond: (MS * ringBytes(parameters, 2)) / sendMs };
}

export interface Links {
  /** Of one worker, in one direction. */
  readonly bytesPerSecond: number;
  readonly hopMs: number;
}

/** Time of the ring alone. */
export function ringMs(parameters: number, workers: number, link: Links): number {
  const hops = 2 * (workers - 1);
  return (MS * ringBytes(parameters, workers)) / link.bytesPerSecond + hops * link.hopMs;
}

/** On cores that the workers share, each waits for its turn: the check of the model where it can be measured. */
export function predictHere(study: ScalingStudy, workers: number): number {
  const exchange = fitExchange(study);
  const one = study.points.find((point) => point.workers === 1);
  const turns = Math.max(1, workers / study.cores);
  return turns * ((one?.stepMs ?? Number.NaN) + ringMs(study.parameters, workers, exchange));
}

/** Hosts like this machine, each one worker on all its cores, joined by `gigabits` a second. */
export function predictHosts(study: ScalingStudy, hosts: number, gigabits: number) {
  const exchange = fitExchange(study);
  // no link carries more than TensorFlow moves without one
  const bytesPerSecond = Math.min((gigabits * 1e9) / 8, exchange.bytesPerSecond);
  const stepMs =
    study.alone.allCoresMs +
    ringMs(study.parameters, hosts, { bytesPerSecond, hopMs: exchange.hopMs });
  return describe(stepMs, study.alone.allCoresMs, hosts * study.rows * study.length);
}

export interface ChipAssumptions {
  /** Of bfloat16, a second. */
  readonly peakFlops: number;
  /** Share of the peak that the step reaches. */
  readonly utilization: number;
  readonly link: Links;
  readonly rows: number;
  readonly length: number;
}

/** Chips with published figures, none of which was here. */
export function predictChips(
  config: ModelConfig,
  parameters: number,
  chips: number,
  chip: ChipAssumptions,
) {
  const tokens = chip.rows * chip.length;
  const computeMs = (MS * tokens * trainingFlops(config)) / (chip.peakFlops * chip.utilization);
  const stepMs = computeMs + ringMs(parameters, chips, chip.link);
  return describe(stepMs, computeMs, chips * tokens);
}

function describe(stepMs: number, aloneMs: number, tokens: number) {
  return { stepMs, efficiency: aloneMs / stepMs, tokensPerSecond: (MS * tokens) / stepMs };
}

/**
 * Of one token, forward and backward: 6 a weight of the kernels, and FAVOR+ with M features, whose four
 * products of M · D numbers a head (two feature maps, the sum of keys and values, its use) cost 8 M E forward.
 */
export function trainingFlops(config: ModelConfig): number {
  const { embeddingSize, numLayers, feedForwardSize, vocabularySize, attention } = config;
  const features = "numFeatures" in attention ? attention.numFeatures : 0;
  const layer = 4 * embeddingSize ** 2 + 2 * embeddingSize * feedForwardSize;
  const kernels = numLayers * layer + embeddingSize * vocabularySize;
  return 6 * kernels + 3 * 8 * features * embeddingSize * numLayers;
}
