/**
 * Runs and their metrics as an index of the logs: whatever stands here was read from
 * runs/ID/events.jsonl and can be read from there again. What a log cannot say, whether the process still
 * lives, is not kept.
 */
import type { Metrics, RunEvent, WorkerThroughput } from "@performer/schema";

/** How far the log of a run has been read. */
export interface LogPosition {
  /** The file's identity: a log that was cut back is another file under the same name. */
  readonly inode: number;
  /** Bytes, up to the end of a line. */
  readonly offset: number;
  /** Whole lines. */
  readonly lines: number;
}

/** A run as its log tells it. */
export interface IndexedRun {
  readonly id: string;
  readonly startedAt: string;
  readonly updatedAt: string;
  readonly step: number;
  readonly totalSteps: number;
  readonly parameterCount: number;
  /** Why the log ended; null while it has no end: the run goes on, or was interrupted. */
  readonly end: "finished" | "stopped" | "failed" | null;
  readonly baseline: { readonly perplexity: number; readonly accuracy: number };
  readonly lastTraining: Metrics | null;
  readonly lastEvaluation: Metrics | null;
}

/** One measured point of a run's curve. */
export interface MetricPoint {
  readonly step: number;
  readonly time: string;
  /** Nats. */
  readonly loss: number;
  readonly perplexity: number;
  /** 0 to 1. */
  readonly accuracy: number;
  /** Scored positions. */
  readonly weightSum: number;
  /** Null in an evaluation, as the next three. */
  readonly learningRate: number | null;
  readonly gradientNorm: number | null;
  readonly tokensPerSecond: number | null;
  /** Null too where one process trained alone. */
  readonly workers: readonly WorkerThroughput[] | null;
}

export interface NewEvents {
  readonly events: readonly RunEvent[];
  /** Where reading goes on after them. */
  readonly position: LogPosition;
  /** The events are the whole log: what was indexed of the run before is dropped. */
  readonly fromStart: boolean;
}

export interface RunIndex {
  /** Null where nothing of the run was indexed. */
  position(id: string): Promise<LogPosition | null>;
  /**
   * All or nothing.
   * @throws {StoreError} "conflict" where the index does not stand right before the events: another
   *   process reads the same log. Ask for the position again.
   */
  append(id: string, news: NewEvents): Promise<void>;
  /** Drops what is indexed of every run but these. */
  keepOnly(ids: readonly string[]): Promise<void>;
  /** Newest start first; runs without a "start" event are left out. */
  list(): Promise<readonly IndexedRun[]>;
  /**
   * Points in order of the log.
   * @param maxPoints every n-th point and the last, so that there are at most so many; all without.
   */
  metrics(
    id: string,
    options: { readonly kind: "step" | "evaluation"; readonly maxPoints?: number },
  ): Promise<readonly MetricPoint[]>;
}
