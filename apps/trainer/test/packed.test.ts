/** Training on a packed folder, packed as a person does it, in place of the FASTA file. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SAMPLE, startWorker, stepsOf, untilStep, type WorkerRun, writeConfig } from "./worker.ts";

const DATA = join(import.meta.dirname, "../../../data-scripts/dist/main.js");

/** Three workers, one after another, each a process that loads everything. */
const FOUR_MINUTES_MS = 240_000;

let runs: string;
let config: string;
let packed: string;
beforeAll(async () => {
  runs = await mkdtemp(join(tmpdir(), "performer-packed-"));
  config = await writeConfig(runs);
  packed = join(runs, "packed-sequences");
  await promisify(execFile)(process.execPath, [DATA, "pack", SAMPLE, "-o", packed]);
});
afterAll(() => rm(runs, { recursive: true }));

const run = (id: string, train: string): WorkerRun => ({ config, runs, id, train });
const losses = async (id: string) =>
  (await stepsOf(runs, id)).map(({ step, metrics }) => [step, metrics.lossSum, metrics.weightSum]);

test(
  "gives the very losses of the FASTA file, also after kill -9 and --resume",
  async () => {
    const fromFile = await startWorker(run("file", SAMPLE)).done;
    expect(fromFile.code, fromFile.output).toBe(0);

    const killed = startWorker(run("packed", packed));
    await untilStep(run("packed", packed), 15, killed);
    killed.process.kill("SIGKILL");
    await killed.done;
    const { code, output } = await startWorker(run("packed", packed), ["--resume"]).done;
    expect(code, output).toBe(0);
    expect(output).toMatch(/resumed from step 1[28]/);
    expect(await losses("packed")).toEqual(await losses("file"));
  },
  FOUR_MINUTES_MS,
);

test("a flipped byte in the pack stops before the first step, with file and remedy", async () => {
  const path = join(packed, "00000.residues");
  const bytes = await readFile(path);
  bytes[30_000]! ^= 1;
  await writeFile(path, bytes);
  const { code, output } = await startWorker(run("damaged", packed)).done;
  expect(code).toBe(1);
  expect(output).toContain(`${path}: bytes 16384 to 32768`);
  expect(output).toContain("pack the sequences anew");
  expect(await stepsOf(runs, "damaged")).toEqual([]);
});
