/** Starts the workers of one measurement on this machine and reads their times. */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { ClusterConfig } from "@performer/schema";
import { freeAddresses } from "@performer/tensorflow/compiled";
import type { TrainCase } from "../train/options.ts";
import type { ScalingPoint, ScalingStudy } from "./model.ts";
import type { WorkerPlan, WorkerTimes } from "./worker.ts";

const root = join(import.meta.dirname, "../..");

export interface MeasureOptions {
  readonly trainCase: TrainCase;
  readonly warmUpSteps: number;
  readonly steps: number;
}

/** Of one process without a cluster. */
export async function measureAlone(options: MeasureOptions): Promise<ScalingStudy["alone"]> {
  const on = async (threads: number) => median((await runWorker({ ...options, threads })).stepMs);
  return { oneThreadMs: await on(1), allCoresMs: await on(availableParallelism()) };
}

/** Of `workers` processes with a thread each, joined by the loopback of this machine. */
export async function measureCluster(
  workers: number,
  options: MeasureOptions,
): Promise<ScalingPoint> {
  const addresses = await freeAddresses(workers);
  const config = ClusterConfig.parse({
    cluster: { worker: addresses },
    timeouts: { stepSeconds: 300 },
  });
  const [chief] = await Promise.all(
    addresses.map((_, index) =>
      runWorker({ ...options, threads: 1, cluster: { config, task: { type: "worker", index } } }),
    ),
  );
  const of = (key: keyof WorkerTimes) => median(chief?.[key] ?? []);
  return { workers, computeMs: of("computeMs"), stepMs: of("stepMs"), meetMs: of("meetMs") };
}

function runWorker(plan: WorkerPlan): Promise<WorkerTimes> {
  const child = spawn(
    process.execPath,
    ["bench/main.mjs", "scaling/worker", JSON.stringify(plan)],
    { cwd: root, env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "3" } },
  );
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      const line = stdout.split("\n").findLast((text) => text.startsWith("{"));
      if (code === 0 && line !== undefined) resolve(JSON.parse(line));
      else reject(new Error(`runWorker: expected times, got exit code ${code}: ${stderr}`));
    });
  });
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}
