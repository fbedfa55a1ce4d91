import { mkdtemp, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { readRunEvents } from "@performer/training";
import { beforeAll, describe, expect, it } from "vitest";
import { performer, startPerformer } from "./support/performer.ts";

const STEPS = 150;
let folder: string;
const run = (id: string) => join(folder, "runs", id);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "train-"));
  const config = {
    name: "tiny",
    model: {
      maxLength: 32,
      embeddingSize: 8,
      numHeads: 2,
      numLayers: 1,
      feedForwardSize: 16,
      attention: { mechanism: "favor", numFeatures: 8 },
    },
    training: {
      steps: STEPS,
      data: { sequenceLength: 32, batchSize: 2, shuffleBuffer: 4 },
      evaluateEvery: STEPS,
      checkpointEvery: STEPS,
    },
  };
  await writeFile(join(folder, "tiny.json"), JSON.stringify(config));
  const fasta = Array.from(
    { length: 8 },
    (_, i) => `>s${i}\n${"MKTAYIAKQRQISFVKSHFSRQ".slice(i)}\n`,
  );
  await writeFile(join(folder, "proteins.fasta"), fasta.join(""));
});

const args = (id: string, ...more: string[]) => [
  "train",
  "tiny.json",
  "--train",
  "proteins.fasta",
  "--validation",
  "proteins.fasta",
  "--runs",
  "runs",
  "--run",
  id,
  "--backend",
  "cpu",
  ...more,
];

describe("performer train", () => {
  it("trains to the last step, shows it on plain lines and prints the checkpoint", async () => {
    const { exitCode, stdout, stderr } = await performer(args("short", "--steps", "3"), {
      cwd: folder,
    });
    expect(exitCode).toBe(0);
    expect(basename(stdout.trim())).toBe("step-00000003");
    expect(stderr).toMatch(/step 1\/3 {2}loss .* accuracy .* perplexity .* tokens\/s .* left/);
    expect(stderr).toMatch(/step 3 {2}validation: perplexity/);
    const again = await performer(args("short", "--steps", "3"), { cwd: folder });
    expect(again).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("exists") });
  });

  it("Ctrl-C stops with a checkpoint and exit code 130, says how to go on, and so it does", async () => {
    const running = startPerformer(args("stopped"), folder);
    await running.until(/step 1\/150/);
    running.child.kill("SIGINT");
    const { exitCode, stderr } = await running.ended;
    expect(exitCode).toBe(130);
    const [, step] =
      /Stopped at step (\d+)\. Go on with: performer train .* --resume/.exec(stderr) ?? [];
    const [checkpoint] = await readdir(join(run("stopped"), "checkpoints"));
    expect(checkpoint).toBe(`step-${String(step).padStart(8, "0")}`);

    const resumed = await performer(args("stopped", "--resume"), { cwd: folder });
    expect(resumed.exitCode).toBe(0);
    expect(resumed.stderr).toContain(`resumed from step ${step}`);
    const steps = (await readRunEvents(run("stopped")))
      .filter(({ type }) => type === "step")
      .map((event) => event.step);
    expect(steps).toEqual(Array.from({ length: STEPS }, (_, i) => i + 1));
  });

  it("names the wrong field of a config", async () => {
    await writeFile(join(folder, "wrong.json"), '{"name": "wrong", "model": {"numHeads": "many"}}');
    const { exitCode, stderr } = await performer(["train", "wrong.json"], { cwd: folder });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/wrong\.json: .*model\.numHeads/);
  });
});
