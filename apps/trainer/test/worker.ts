/** The worker as a process, on a run small enough for a test. Needs the build, as `npm test` makes it. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunEvent } from "@performer/schema";
import { readRunEvents } from "@performer/training";

const ROOT = join(import.meta.dirname, "../../..");
const MAIN = join(ROOT, "apps/trainer/dist/main.js");

/** Redraws, dropout, shuffling and masking all on, so that each must be resumed. */
export const TINY_RUN = {
  name: "tiny",
  model: {
    maxLength: 64,
    embeddingSize: 16,
    numHeads: 2,
    numLayers: 1,
    feedForwardSize: 16,
    dropout: 0.1,
    attention: {
      mechanism: "favor",
      featureMap: { kind: "softmax-positive" },
      numFeatures: 8,
      redrawEvery: 7,
    },
  },
  training: {
    steps: 40,
    data: { sequenceLength: 32, batchSize: 4, shuffleBuffer: 16 },
    optimizer: { warmupSteps: 5 },
    evaluateEvery: 10,
    evaluationBatches: 2,
    checkpointEvery: 6,
    keepCheckpoints: 2,
  },
};

interface WorkerResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

export interface Worker {
  readonly process: ChildProcess;
  readonly done: Promise<WorkerResult>;
}

export async function writeConfig(folder: string): Promise<string> {
  const path = join(folder, "tiny.json");
  await writeFile(path, JSON.stringify(TINY_RUN));
  return path;
}

export interface WorkerRun {
  readonly config: string;
  readonly runs: string;
  readonly id: string;
  /** cpu: eager JavaScript; tensorflow: the compiled graph, where TensorFlow is installed. */
  readonly backend?: "cpu" | "tensorflow";
  /** What is trained on; default the bundled sample. */
  readonly train?: string;
}

export const SAMPLE = join(ROOT, "data", "sample-valid.fasta.gz");

/** @param extra further arguments, such as --resume. */
export function startWorker(run: WorkerRun, extra: readonly string[] = []): Worker {
  const { config, runs, id, backend = "cpu", train = SAMPLE } = run;
  if (!existsSync(MAIN)) throw new Error(`startWorker: ${MAIN} is missing; run npm run build`);
  const child = spawn(process.execPath, [
    ...[MAIN, "--config", config, "--train", train, "--validation", SAMPLE],
    ...["--runs", runs, "--id", id, "--backend", backend, ...extra],
  ]);
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  const done = new Promise<WorkerResult>((resolve) =>
    child.on("close", (code, signal) => resolve({ code, signal, output })),
  );
  return { process: child, done };
}

/** Waits until the run's log holds `step`. */
export async function untilStep({ runs, id }: WorkerRun, step: number, worker: Worker) {
  for (;;) {
    const steps = await stepsOf(runs, id);
    if (steps.some((event) => event.step >= step)) return;
    if (worker.process.exitCode !== null) throw new Error((await worker.done).output);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export async function stepsOf(runs: string, id: string) {
  const path = join(runs, id, "events.jsonl");
  if (!existsSync(path)) return [];
  const events: RunEvent[] = await readRunEvents(join(runs, id));
  return events.filter((event) => event.type === "step");
}
