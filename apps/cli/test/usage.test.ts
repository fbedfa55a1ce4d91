import { describe, expect, it } from "vitest";
import { performer } from "./support/performer.ts";

describe("performer, as it is called", () => {
  it.each([
    "setup",
    "doctor",
    "demo",
    "train",
    "evaluate",
    "export",
    "embed",
    "embed-merge",
    "score",
    "generate",
    "attention",
    "similarity",
    "serve",
    "keys",
  ])("%s --help says what it does, with examples", async (command) => {
    const { exitCode, stdout } = await performer([command, "--help"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`Usage: performer ${command}`);
    expect(stdout).toMatch(new RegExp(`Examples:\\n {2}\\$ performer ${command}`));
  });

  it("--help lists the commands, --version is a version", async () => {
    const help = await performer(["--help"]);
    expect(help).toMatchObject({ exitCode: 0, stderr: "" });
    expect(help.stdout).toContain("embed [options] <files...>");
    expect(await performer(["--version"])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  it.each([
    ["an unknown command", ["fold"], "unknown command 'fold'"],
    ["an unknown option", ["serve", "--prot", "1"], "unknown option '--prot'"],
    ["a missing file", ["embed"], "missing required argument 'files'"],
    ["a port out of range", ["serve", "--port", "70000"], "whole number from 0 to 65535"],
    ["a negative temperature", ["generate", "--temperature", "-1"], "number from 0 to 100"],
    ["a top-p above 1", ["generate", "--top-p", "1.5"], "number above 0, at most 1"],
    ["an unknown backend", ["embed", "a.fasta", "--backend", "abacus"], "Allowed choices are"],
  ])("wrong usage exits with 2: %s", async (_what, args, message) => {
    const { exitCode, stdout, stderr } = await performer(args);
    expect(exitCode).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(message);
  });

  it("a failure is one line and exit code 1; --verbose adds the stack", async () => {
    const quiet = await performer(["train", "missing.json"]);
    expect(quiet.exitCode).toBe(1);
    expect(quiet.stderr).toMatch(/^error: readJson: missing\.json cannot be read .*\n$/);
    const verbose = await performer(["train", "missing.json", "--verbose"]);
    expect(verbose.stderr).toMatch(/\n {4}at /);
  });

  it("doctor tells the backend, its speed and what is missing, and exits with 1 if anything is", async () => {
    const { exitCode, stdout } = await performer(["doctor", "--json"]);
    const report = JSON.parse(stdout);
    expect(["tensorflow", "wasm", "cpu"]).toContain(report.runtime.backend);
    expect(report.matmul.gigaflops).toBeGreaterThan(0);
    const isWhole = report.checks.every(({ ok }: { ok: boolean }) => ok);
    expect(exitCode).toBe(isWhole ? 0 : 1);
  });
});
