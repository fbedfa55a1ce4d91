#!/usr/bin/env node
/** The verbs as a process: whatever is thrown becomes one line; exit code 1 failure, 2 wrong usage. */
import { inspect } from "node:util";
import { CommanderError } from "commander";
import { createProgram } from "./program.ts";

const program = createProgram();
try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
  if (!(error instanceof CommanderError)) process.stderr.write(`error: ${textOf(error)}\n`);
}

/** commander throws for --help as well, with exit code 0, and has printed already. */
function exitCodeOf(error: unknown): number {
  if (!(error instanceof CommanderError)) return 1;
  return error.exitCode === 0 ? 0 : 2;
}

function textOf(error: unknown): string {
  if (program.opts()["verbose"] === true || !(error instanceof Error)) return inspect(error);
  const isFull = "code" in error && error.code === "ENOSPC";
  return isFull
    ? `${error.message}; the disk is full: free some space and run it again`
    : error.message;
}
