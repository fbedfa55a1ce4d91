#!/usr/bin/env node
/** The command `performer`: parses, runs, and turns whatever is thrown into one line and an exit code. */
import { createProgram } from "./program.ts";
import { reportError } from "./report-error.ts";

// `performer embed … | head` closes the pipe early: that is no failure
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? 0 : 1);
});

const program = createProgram();
try {
  await program.parseAsync();
} catch (error) {
  const { exitCode, text } = reportError(error, { verbose: program.opts()["verbose"] === true });
  if (text !== undefined) process.stderr.write(`${text}\n`);
  process.exitCode = exitCode;
}
// tfjs backends keep threads that would hold the process open; what was printed goes out first
process.stdout.write("", () => process.exit());
