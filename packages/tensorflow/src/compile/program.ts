/**
 * A program: variables and the compiled functions that use them, in one session. Functions are added
 * at any time, for instance one for each batch shape, and see the same variables.
 */

import type { Cluster } from "../distributed/cluster.ts";
import { instructionSets } from "../runtime/processor.ts";
import type { TensorFlowLibraries } from "../session/c-api.ts";
import type { SessionConfig } from "../session/config.ts";
import { openSession, type Session } from "../session/session.ts";
import { createVariables, type Variables } from "./variables.ts";

/**
 * float32 is the reference. bf16 computes matrix products in bfloat16 (8 bits of mantissa) and keeps
 * weights, optimiser, sums of exponentials and the loss in float32. It is a rewriter of TensorFlow for
 * processors; on a GPU float32 products go through TensorFloat-32 (10 bits of mantissa) by themselves.
 */
export type Precision = "float32" | "bf16";

/** Instruction sets on any of which TensorFlow's rewriter to bfloat16 works; elsewhere it does nothing. */
const BFLOAT16_INSTRUCTIONS = ["AVX-512", "BF16"];

/** Whether this processor gains from, and TensorFlow accepts, bf16. */
export function supportsBfloat16(available: readonly string[] = instructionSets()): boolean {
  return BFLOAT16_INSTRUCTIONS.some((name) => available.includes(name));
}

export interface ProgramOptions {
  readonly libraries: TensorFlowLibraries;
  /** Default float32. bf16 falls back to it on a GPU, and where the processor has no bfloat16. */
  readonly precision?: Precision;
  /** Threads inside one operation. Default: one a core. */
  readonly threads?: number;
  /** Computes the features of attention again in the backward pass: less memory, a little slower. */
  readonly recompute?: boolean;
  /** Runs on this worker's server, where other workers reach it. Default: in the process alone. */
  readonly cluster?: Cluster | undefined;
  /** Further session settings, for experiments. */
  readonly session?: SessionConfig;
}

export interface Program {
  readonly session: Session;
  readonly variables: Variables;
  /** In effect: float32 where bf16 was asked of a processor without it. */
  readonly precision: Precision;
  /** A name for a further graph of the session. */
  uniquePrefix(wished: string): string;
  /** Waits for running steps and frees the variables. */
  close(): Promise<void>;
}

export function openProgram(options: ProgramOptions): Program {
  const { libraries, threads, cluster } = options;
  const onProcessor = /CPU/.test(options.session?.device ?? "CPU");
  const precision =
    options.precision === "bf16" && onProcessor && supportsBfloat16() ? "bf16" : "float32";
  const session = openSession(libraries, {
    ...(threads === undefined ? {} : { intraOpThreads: threads }),
    rewriteToBfloat16: precision === "bf16",
    recompute: options.recompute ?? false,
    ...(cluster && { server: cluster.server }),
    ...options.session,
  });
  const taken = new Map<string, number>();
  return {
    session,
    variables: createVariables(session),
    precision,
    uniquePrefix(wished) {
      const count = taken.get(wished) ?? 0;
      taken.set(wished, count + 1);
      return count === 0 ? wished : `${wished}_${count}`;
    },
    close: () => session.close(),
  };
}
