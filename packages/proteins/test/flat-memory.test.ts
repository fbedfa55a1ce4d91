/**
 * Memory does not grow with the size of the input. Each case runs in a process of its own, which
 * holds nothing but the reader; what counts is how far it rises after the first tenth.
 */
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { bundleProgram, runProgram } from "./run-program.ts";

const program = await bundleProgram("read-much");
afterAll(() => rmSync(dirname(program), { recursive: true }));

const sample = join(import.meta.dirname, "../../../data/sample-train.fasta.gz");

test.each([
  ["1 GB of FASTA", 64, "text", 1_000_000_000],
  ["a gzip file of 120 members", 64, "gzip", 120 * 625_635], // residues
  // V8 lets the arrays of past batches come to 64 MB before it collects them
  ["training batches of 60 MB of FASTA", 128, "batches", 45_000_000], // tokens
])("%s: within %d MB more than its first tenth", async (_what, megabytes, path, least) => {
  const { output, errors } = await runProgram(program, [path, sample]);
  expect(errors).toBe("");
  const { size, growthMegabytes } = JSON.parse(output) as Record<string, number>;
  expect(size).toBeGreaterThanOrEqual(least);
  expect(growthMegabytes).toBeLessThan(megabytes);
});
