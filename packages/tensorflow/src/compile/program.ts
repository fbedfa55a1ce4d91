/**
 * A program: variables and the compiled functions that use them, in one session. Functions are added
 * at any time, for instance one for each batch shape, and see the same variables.
 */
import type { TensorFlowLibraries } from "../session/c-api.ts";
import type { SessionConfig } from "../session/config.ts";
import { openSession, type Session } from "../session/session.ts";
import { createVariables, type Variables } from "./variables.ts";

/**
 * float32 is the reference. bf16 computes matrix products in bfloat16 (8 bits of mantissa) and keeps
 * weights, optimiser, sums of exponentials and the loss in float32.
 */
export type Precision = "float32" | "bf16";

export interface ProgramOptions {
  readonly libraries: TensorFlowLibraries;
  /** Default float32. */
  readonly precision?: Precision;
  /** Threads inside one operation. Default: one a core. */
  readonly threads?: number;
  /** Further session settings, for experiments. */
  readonly session?: SessionConfig;
}

export interface Program {
  readonly session: Session;
  readonly variables: Variables;
  readonly precision: Precision;
  /** A name for a further graph of the session. */
  uniquePrefix(wished: string): string;
  /** Waits for running steps and frees the variables. */
  close(): Promise<void>;
}

export function openProgram(options: ProgramOptions): Program {
  const { libraries, precision = "float32", threads } = options;
  const session = openSession(libraries, {
    ...(threads === undefined ? {} : { intraOpThreads: threads }),
    rewriteToBfloat16: precision === "bf16",
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
