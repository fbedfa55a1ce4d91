/**
 * A training run in a process of its own, for a server to go on beside it: the worker of apps/trainer, at
 * a lower priority than the server. Its process group is its own, so that one Ctrl-C is passed on once.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setPriority } from "node:os";
import { join } from "node:path";
import type { Backend } from "@performer/tensorflow";

export interface TrainBesideOptions {
  /** Folder of the clone. */
  readonly root: string;
  readonly config: string;
  readonly trainFiles: readonly string[];
  readonly validationFiles: readonly string[];
  readonly runsDirectory: string;
  readonly runId: string;
  readonly backend: Backend;
}

export type TrainingEnd =
  | { readonly how: "finished" | "stopped" }
  /** With the worker's last words. */
  | { readonly how: "failed"; readonly message: string };

export interface TrainingBeside {
  readonly ended: Promise<TrainingEnd>;
  /** Asks it to stop at a checkpoint, and waits. */
  stop(): Promise<void>;
}

/** Of the worker, so that requests come first. */
const NICENESS = 10;

export function trainBeside(options: TrainBesideOptions): TrainingBeside {
  const { root, config, trainFiles, validationFiles, runsDirectory, runId, backend } = options;
  const each = (name: string, files: readonly string[]) => files.flatMap((file) => [name, file]);
  const child = spawn(
    process.execPath,
    [
      join(root, "apps", "trainer", "dist", "main.js"),
      ...["--config", config, "--id", runId, "--runs", runsDirectory, "--backend", backend],
      ...each("--train", trainFiles),
      ...each("--validation", validationFiles),
      "--resume-if-exists",
    ],
    { cwd: root, stdio: ["ignore", "ignore", "pipe"], detached: true },
  );
  lowerPriority(child);
  let isStopping = false;
  const ended = watch(child).then((fault): TrainingEnd => {
    if (fault !== undefined && !isStopping) return { how: "failed", message: fault };
    return { how: isStopping ? "stopped" : "finished" };
  });
  return {
    ended,
    async stop() {
      isStopping = true;
      child.kill("SIGINT");
      await ended;
    },
  };
}

/** Where the system does not allow it, the worker competes as an equal. */
function lowerPriority({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, NICENESS);
  } catch {
    process.stderr.write("The training runs at the server's own priority.\n");
  }
}

/** Its last words where it failed. */
async function watch(child: ChildProcess): Promise<string | undefined> {
  let lastLine = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    lastLine = text.trim().split("\n").at(-1) ?? lastLine;
  });
  try {
    const [exitCode] = await once(child, "close");
    return exitCode === 0 ? undefined : lastLine || `exit code ${exitCode}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
