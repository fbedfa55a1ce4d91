/**
 * A contender: a process that trains and answers one line of JSON for each line that asks for steps.
 * First it says {"ready": true} or {"reason": "…"} for not running here.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { ContenderName, TrainCase } from "./options.ts";

const root = join(import.meta.dirname, "../..");
/** Made by hand, with torch, jax, optax and performer-pytorch from PyPI: see docs/benchmarks.md. */
const python = join(root, ".cache/bench-python/bin/python");

/** One answer. */
export interface ContenderRun {
  readonly stepMs: readonly number[];
  /** Of all threads, during these steps. */
  readonly cpuMs: number;
  /** Of the process so far. */
  readonly peakBytes: number;
  readonly loss: number;
}

export interface Contender {
  readonly name: ContenderName;
  run(steps: number): Promise<ContenderRun>;
  stop(): void;
}

export async function startContender(
  name: ContenderName,
  trainCase: TrainCase,
): Promise<Contender | { reason: string }> {
  const [command, ...args] = commandOf(name);
  if (command === python && !existsSync(python)) {
    return { reason: "there is no Python environment in .cache/bench-python" };
  }
  const child = spawn(command, [...args, JSON.stringify(trainCase)], {
    cwd: root,
    stdio: ["pipe", "pipe", process.env["BENCH_DEBUG"] === undefined ? "ignore" : "inherit"],
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "3" },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<Record<string, unknown>> => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done === true) return { reason: "it ended; set BENCH_DEBUG=1 to see why" };
      // libraries print greetings
      if (value.startsWith("{")) return JSON.parse(value);
    }
  };
  const first = await answer();
  if (typeof first["reason"] === "string") {
    child.kill();
    return { reason: first["reason"] };
  }
  return {
    name,
    async run(steps) {
      child.stdin.write(`${steps}\n`);
      const result = await answer();
      if (typeof result["reason"] === "string") throw new Error(result["reason"]);
      return result as unknown as ContenderRun;
    },
    stop: () => child.kill(),
  };
}

function commandOf(name: ContenderName): [string, ...string[]] {
  const folder = join(root, "bench/train/contenders");
  switch (name) {
    case "eager":
    case "compiled-float32":
    case "compiled-bf16":
    case "compiled-recompute":
      return [process.execPath, "bench/main.mjs", "train/contenders/ours", name];
    case "torch-eager":
    case "torch-compile":
    case "torch-bf16":
      return [python, join(folder, "torch_performer.py"), name];
    case "performer-pytorch":
      return [python, join(folder, "performer_pytorch_lm.py")];
    case "jax-jit":
      return [python, join(folder, "jax_performer.py")];
  }
}
