/**
 * Running other programs (pip, the C++ compiler, Node) as a value, so that the installer can be
 * tested without any of them.
 *
 * A program that is absent, that hangs or that fails is an ordinary outcome here, never an
 * exception: the installer's whole point is to go on to the next choice.
 */
import { spawn } from "node:child_process";

export interface CommandOptions {
  /** After this the program and all it started are ended, and the outcome is `timed-out`. */
  readonly timeoutMs: number;
  readonly cwd?: string;
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface CommandResult {
  readonly outcome: "succeeded" | "failed" | "not-found" | "timed-out";
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandRunner {
  run(command: string, args: readonly string[], options: CommandOptions): Promise<CommandResult>;
}

/** Output kept of a program, in characters: enough for any compiler's first error and last words. */
const MAX_OUTPUT = 200_000;
const FORWARDED_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const ownProcessGroup = process.platform !== "win32";

/** Runs programs with `spawn`: no shell, no input, output collected. */
export const spawnRunner: CommandRunner = {
  run: (command, args, { timeoutMs, cwd, env }) =>
    new Promise((resolve) => {
      const child = spawn(command, args, {
        cwd,
        env: { ...process.env, ...env },
        stdio: ["ignore", "pipe", "pipe"],
        detached: ownProcessGroup,
        windowsHide: true,
      });
      let stdout = "";
      let stderr = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        if (stdout.length < MAX_OUTPUT) stdout += text;
      });
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        if (stderr.length < MAX_OUTPUT) stderr += text;
      });

      // A group of its own lets a time limit end grandchildren too; the price is that Ctrl+C must
      // be handed on by us.
      const end = (signal: NodeJS.Signals) => {
        if (child.pid === undefined) return;
        try {
          if (ownProcessGroup) process.kill(-child.pid, signal);
          else child.kill(signal);
        } catch (error) {
          if (!isNoSuchProcess(error)) throw error;
        }
      };
      const forward = (signal: NodeJS.Signals) => {
        end(signal);
        stopForwarding();
        // Our listener has suppressed the signal's default action; others may have their own plans.
        if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
      };
      const stopForwarding = () => {
        for (const signal of FORWARDED_SIGNALS) process.removeListener(signal, forward);
      };
      for (const signal of FORWARDED_SIGNALS) process.once(signal, forward);

      let timedOut = false;
      const limit = setTimeout(() => {
        timedOut = true;
        end("SIGKILL");
      }, timeoutMs);
      const finish = (outcome: CommandResult["outcome"]) => {
        clearTimeout(limit);
        stopForwarding();
        resolve({ outcome: timedOut ? "timed-out" : outcome, stdout, stderr });
      };
      child.once("error", (error: NodeJS.ErrnoException) => {
        stderr += error.message;
        finish(error.code === "ENOENT" ? "not-found" : "failed");
      });
      child.once("close", (code) => finish(code === 0 ? "succeeded" : "failed"));
    }),
};

function isNoSuchProcess(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ESRCH";
}

/** What a failed program said last: its final lines that are not blank, on one line. */
export function lastWords(result: CommandResult, lines = 2): string {
  const said = (result.stderr.trim() === "" ? result.stdout : result.stderr)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return said.slice(-lines).join(" | ").slice(0, 400) || "it said nothing";
}
