/** Runs the built command as a person does, from a folder that is not the clone. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MAIN = join(import.meta.dirname, "../../dist/main.js");

export interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Outcome>;
  /** Resolves when the output so far matches; rejects where the command ends before. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
}

export function startPerformer(args: readonly string[], cwd = tmpdir()): Running {
  const { INIT_CWD: _, ...env } = process.env;
  const child = spawn(process.execPath, [MAIN, ...args], { cwd, env });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const ended = once(child, "close").then(([exitCode]) => ({ exitCode, stdout, stderr }));
  return {
    child,
    ended,
    async until(pattern) {
      for (;;) {
        const match = pattern.exec(stdout + stderr);
        if (match !== null) return match;
        if (child.exitCode !== null) {
          throw new Error(`until: expected ${pattern}, got the end of the command: ${stderr}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}

export async function performer(
  args: readonly string[],
  { input = "", cwd }: { readonly input?: string; readonly cwd?: string } = {},
): Promise<Outcome> {
  const { child, ended } = startPerformer(args, cwd);
  child.stdin.end(input);
  return ended;
}
