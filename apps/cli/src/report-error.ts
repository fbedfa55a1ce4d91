/**
 * How failures end: one line on standard error and an exit code. 0 success, 1 failure, 2 wrong usage,
 * 130 stopped by Ctrl-C. The stack is shown with --verbose only.
 */
import { CommanderError } from "commander";
import { INTERRUPTED_EXIT_CODE } from "./interrupt.ts";

/** The work stopped on request; the message tells how to go on. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

export interface Report {
  readonly exitCode: number;
  /** What to print; undefined where the option parser has printed already. */
  readonly text: string | undefined;
}

export function reportError(error: unknown, { verbose }: { readonly verbose: boolean }): Report {
  // commander throws for --help and --version as well, with exit code 0
  if (error instanceof CommanderError) {
    return { exitCode: error.exitCode === 0 ? 0 : 2, text: undefined };
  }
  if (error instanceof Interrupted) return { exitCode: INTERRUPTED_EXIT_CODE, text: error.message };
  const exitCode = 1;
  if (!(error instanceof Error)) return { exitCode, text: `error: ${String(error)}` };
  if (verbose) return { exitCode, text: `error: ${withCauses(error)}` };
  return { exitCode, text: `error: ${error.message}` };
}

function withCauses(error: Error): string {
  const own = error.stack ?? error.message;
  return error.cause instanceof Error ? `${own}\ncaused by: ${withCauses(error.cause)}` : own;
}
