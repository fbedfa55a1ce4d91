/** A contender: a process that embeds a set of sequences by its number and says how long it took. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { startLineProcess } from "../line-process.ts";
import type { ContenderName, EmbedCase } from "./options.ts";

const root = join(import.meta.dirname, "../..");
/** Made by hand: see docs/benchmarks.md. */
const python = join(root, ".cache/bench-python/bin/python");
const program = join(import.meta.dirname, "contenders/esm_embed.py");

/** One answer; `reason` where this set is not possible for the contender. */
export type EmbedRun =
  | {
      readonly seconds: number;
      /** Of the process so far. */
      readonly peakBytes: number;
      /** [E] Mean embedding of the set's first sequence. */
      readonly first: readonly number[];
    }
  | { readonly reason: string };

export interface Contender {
  readonly name: ContenderName;
  embed(set: number): Promise<EmbedRun>;
  stop(): void;
}

export const hasPython = () => existsSync(python);

/** Random weights in the files of transformers, the same for all contenders. */
export function makeCheckpoint(embedCase: EmbedCase): void {
  const { status, stderr } = spawnSync(python, [program, "checkpoint", JSON.stringify(embedCase)]);
  if (status !== 0) throw new Error(`makeCheckpoint: expected a checkpoint, got ${stderr}`);
}

export async function startContender(
  name: ContenderName,
  embedCase: EmbedCase,
): Promise<Contender | { reason: string }> {
  const isTorch = name.startsWith("torch");
  if (isTorch && !hasPython()) {
    return { reason: "there is no Python environment in .cache/bench-python" };
  }
  const command: [string, ...string[]] = isTorch
    ? [python, program, name]
    : [process.execPath, "bench/main.mjs", "embed/contenders/ours", name];
  const child = startLineProcess([...command, JSON.stringify(embedCase)], root);
  const ready = await child.answer();
  if (typeof ready["reason"] === "string") {
    child.stop();
    return { reason: ready["reason"] };
  }
  return {
    name,
    async embed(set) {
      child.send(String(set));
      return (await child.answer()) as unknown as EmbedRun;
    },
    stop: () => child.stop(),
  };
}
