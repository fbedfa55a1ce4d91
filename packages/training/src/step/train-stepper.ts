/**
 * The border between the loop and whatever does the arithmetic: eager tensors (eager-stepper.ts) or
 * a compiled graph whose parameters live in a session. The stepper holds the parameters, the
 * projections and the optimiser's slots; the loop holds everything that is a number.
 */
import type { PerformerModel } from "@performer/performer";
import type { TrainingBatch } from "@performer/proteins";
import type { RandomKey } from "@performer/random";
import type { Tensor2D } from "@tensorflow/tfjs-core";
import type { MetricSums } from "../metrics.ts";
import type { OptimizerState } from "../optimizer/transform.ts";
import type { Replicas } from "./replicas.ts";

export interface StepContext {
  /** Optimiser updates, this one included: 1 for the first. */
  readonly step: number;
  readonly learningRate: number;
  /** Key of this step's dropout masks. */
  readonly dropoutKey: RandomKey;
  /** What this worker tells the others; where there are none, nobody hears it. */
  readonly told?: { readonly waitMs: number; readonly stopAsked: boolean };
}

/** One worker's part of a step. */
export interface WorkerReport {
  /** "worker:1" */
  readonly name: string;
  /** Positions that took part. */
  readonly tokens: number;
  /** For the gradients of its rows. */
  readonly computeMs: number;
  /** Until its batch was there. */
  readonly waitMs: number;
}

export interface StepResult {
  /** Of the batch, of all workers, under the parameters before the update. */
  readonly sums: MetricSums;
  /** Global gradient norm before clipping. */
  readonly gradientNorm: number;
  /** Of a step that several workers made. */
  readonly together?: {
    readonly workers: readonly WorkerReport[];
    /** One of them was told to stop; all know it by the same step. */
    readonly stopAsked: boolean;
  };
}

export interface TrainStepper {
  /** The other workers of the run, where there are any. */
  readonly replicas?: Replicas;
  /**
   * One update of the parameters. Numbers that are not finite are reported, not thrown; the
   * parameters are worthless then.
   */
  step(batch: TrainingBatch, context: StepContext): Promise<StepResult>;
  /** Sums over the batch under the parameters as they stand, without dropout. */
  evaluateBatch(batch: TrainingBatch): Promise<MetricSums>;
  /** The model as it stands. It belongs to the stepper and lasts until the next call of `step`. */
  readModel(): Promise<PerformerModel>;
  /** The optimiser's slots, likewise. */
  readOptimizerState(): Promise<OptimizerState>;
  /** Replaces the projections of all layers; takes the tensors over. */
  redraw(projections: readonly Tensor2D[]): void;
  /** Frees everything it holds. */
  dispose(): void;
}
