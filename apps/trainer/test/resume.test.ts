import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listCheckpoints, summarizeRun } from "@performer/training";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  startWorker,
  stepsOf,
  TINY_RUN,
  untilStep,
  type WorkerRun,
  writeConfig,
} from "./worker.ts";

let runs: string;
let config: string;
const run = (id: string): WorkerRun => ({ config, runs, id });

beforeAll(async () => {
  runs = await mkdtemp(join(tmpdir(), "performer-trainer-"));
  config = await writeConfig(runs);
  const { code, output } = await startWorker(run("whole")).done;
  expect(code, output).toBe(0);
});
afterAll(() => rm(runs, { recursive: true }));

const losses = async (id: string) =>
  (await stepsOf(runs, id)).map(({ step, metrics }) => [step, metrics.lossSum, metrics.weightSum]);

/** Runs until the log holds `step`, then kill -9. */
async function killAt(step: number, which: WorkerRun, extra: readonly string[] = []) {
  const worker = startWorker(which, extra);
  await untilStep(which, step, worker);
  worker.process.kill("SIGKILL");
  expect((await worker.done).signal).toBe("SIGKILL");
}

describe("a run", () => {
  test("writes every step once, ends as finished, and keeps the newest checkpoints", async () => {
    const { steps, keepCheckpoints } = TINY_RUN.training;
    expect((await stepsOf(runs, "whole")).map(({ step }) => step)).toEqual(
      Array.from({ length: steps }, (_, index) => index + 1),
    );
    expect(await summarizeRun(runs, "whole")).toMatchObject({ status: "finished", step: steps });
    const checkpoints = await listCheckpoints(join(runs, "whole", "checkpoints"));
    expect(checkpoints).toHaveLength(keepCheckpoints);
    expect(checkpoints.map(({ step }) => step)).toContain(steps);
  });

  test("of the same id is refused, with the remedy, and what is there stays as it was", async () => {
    const before = await readFile(join(runs, "whole", "events.jsonl"), "utf8");
    const { code, output } = await startWorker(run("whole")).done;
    expect(code).toBe(1);
    expect(output).toMatch(/resume/);
    expect(await readFile(join(runs, "whole", "events.jsonl"), "utf8")).toBe(before);
  });

  test("that cannot begin leaves no folder behind", async () => {
    const missing = startWorker(run("nothing"), ["--train", join(runs, "no.fasta")]);
    const { code, output } = await missing.done;
    expect(code).toBe(1);
    expect(output).toContain("no.fasta");
    expect(await summarizeRun(runs, "nothing").catch(() => undefined)).toBeUndefined();
  });
});

describe("kill -9, then --resume", () => {
  test.each(["cpu", "tensorflow"] as const)(
    "gives the very losses of the uninterrupted run, at whatever step it was killed: %s",
    async (backend) => {
      const whole = { ...run(`whole-${backend}`), backend };
      const { code, output } = await startWorker(whole).done;
      expect(code, output).toBe(0);

      const killed = { ...run(`killed-${backend}`), backend };
      await killAt(9, killed);
      await killAt(20, killed, ["--resume"]);
      const last = await startWorker(killed, ["--resume"]).done;
      expect(last.code, last.output).toBe(0);
      expect(last.output).toMatch(/resumed from step (18|24|30|36)/);
      expect(await losses(killed.id)).toEqual(await losses(whole.id));
    },
  );

  test("SIGTERM stops after the step with a checkpoint, and the run goes on from there", async () => {
    const stopped = startWorker(run("stopped"));
    await untilStep(run("stopped"), 8, stopped);
    stopped.process.kill("SIGTERM");
    const { code, output } = await stopped.done;
    expect(code, output).toBe(0);
    const [newest] = (await listCheckpoints(join(runs, "stopped", "checkpoints"))).slice(-1);
    const steps = await stepsOf(runs, "stopped");
    expect(newest?.step).toBe(steps.at(-1)?.step);

    expect((await startWorker(run("stopped"), ["--resume"]).done).code).toBe(0);
    expect(await losses("stopped")).toEqual(await losses("whole"));
  });

  test("other training data is refused", async () => {
    const other = join(runs, "other.fasta");
    await writeFile(other, ">a\nMKTAYIAKQR\n");
    await killAt(7, run("other"));
    const { code, output } = await startWorker(run("other"), ["--resume", "--train", other]).done;
    expect(code).toBe(1);
    expect(output).toContain("expected the training data of the run");
  });
});
