/**
 * A contender: a process that trains and answers one line of JSON for each line that asks for steps.
 * First it says {"ready": true} or {"reason": "…"} for not running here.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { startLineProcess } from "../line-process.ts";
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
  const child = startLineProcess([command, ...args, JSON.stringify(trainCase)], root);
  const first = await child.answer();
  if (typeof first["reason"] === "string") {
    child.stop();
    return { reason: first["reason"] };
  }
  return {
    name,
    async run(steps) {
      child.send(String(steps));
      const result = await child.answer();
      if (typeof result["reason"] === "string") throw new Error(result["reason"]);
      return result as unknown as ContenderRun;
    },
    stop: () => child.stop(),
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
