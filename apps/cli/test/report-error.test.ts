import { CommanderError } from "commander";
import { describe, expect, it } from "vitest";
import { Interrupted, reportError } from "../src/report-error.ts";

describe("reportError", () => {
  const cause = new Error("the cause");
  const error = new Error("readFasta: a.fasta:3: expected a header", { cause });

  it("is one line, exit code 1, without stack", () => {
    expect(reportError(error, { verbose: false })).toEqual({
      exitCode: 1,
      text: "error: readFasta: a.fasta:3: expected a header",
    });
  });

  it("shows stack and causes with verbose", () => {
    const { text } = reportError(error, { verbose: true });
    expect(text).toContain("report-error.test.ts");
    expect(text).toContain("caused by: Error: the cause");
  });

  it("exits 2 for wrong usage, 0 for help, 130 for an interruption", () => {
    const exitCodeOf = (thrown: unknown) => reportError(thrown, { verbose: false }).exitCode;
    expect(exitCodeOf(new CommanderError(1, "commander.unknownOption", ""))).toBe(2);
    expect(exitCodeOf(new CommanderError(0, "commander.helpDisplayed", ""))).toBe(0);
    expect(exitCodeOf(new Interrupted("resume with …"))).toBe(130);
    expect(exitCodeOf("text")).toBe(1);
  });
});
