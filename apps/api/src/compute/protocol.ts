/**
 * What server and compute thread say to each other. Answers are pulled: the thread makes the next piece
 * when the last one has been taken, so a client that reads slowly holds no finished answer in memory.
 */
import type { ModelSummary } from "@performer/schema";
import type { Backend } from "@performer/tensorflow";
import { ProblemError, type ProblemKind, type ProblemOptions } from "../problem.ts";
import type { ModelJob } from "./job.ts";
import type { BatchFacts } from "./token-batcher.ts";

/** How the thread starts. */
export interface ThreadSettings {
  /** Folder of the clone. */
  readonly root: string;
  readonly backend: Backend | undefined;
  readonly isEager: boolean;
}

export type ToThread =
  | {
      readonly type: "load";
      readonly id: number;
      readonly directory: string;
      readonly summary: ModelSummary;
    }
  /** Frees the model that `load` with this id gave. */
  | { readonly type: "dispose"; readonly id: number }
  | { readonly type: "start"; readonly id: number; readonly model: number; readonly job: ModelJob }
  | { readonly type: "next"; readonly id: number }
  | { readonly type: "stop"; readonly id: number }
  | { readonly type: "close" };

export type FromThread =
  | { readonly type: "ready"; readonly backend: Backend }
  | { readonly type: "loaded"; readonly id: number }
  | { readonly type: "piece"; readonly id: number; readonly bytes: Uint8Array }
  | { readonly type: "done"; readonly id: number }
  | { readonly type: "failed"; readonly id: number; readonly failure: Failure }
  | { readonly type: "batch"; readonly facts: BatchFacts }
  | { readonly type: "closed" };

/** An error as plain data: classes do not cross threads. */
export type Failure =
  | { readonly kind: ProblemKind; readonly options: ProblemOptions }
  | { readonly message: string; readonly stack: string | undefined };

export function toFailure(error: unknown): Failure {
  if (error instanceof ProblemError) return { kind: error.kind, options: error.options };
  if (error instanceof Error) return { message: error.message, stack: error.stack };
  return { message: String(error), stack: undefined };
}

export function toError(failure: Failure): Error {
  if ("kind" in failure) return new ProblemError(failure.kind, failure.options);
  const error = new Error(failure.message);
  if (failure.stack !== undefined) error.stack = failure.stack;
  return error;
}
