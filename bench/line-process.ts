/** A contender in a process of its own that answers a line of JSON for each line that it is sent. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface LineProcess {
  /** The next answer; `{ reason }` where the process ended. */
  answer(): Promise<Record<string, unknown>>;
  send(line: string): void;
  stop(): void;
}

/** @param cwd of the process. What it prints besides lines of JSON is passed over. */
export function startLineProcess(
  [command, ...args]: readonly [string, ...string[]],
  cwd: string,
): LineProcess {
  const child = spawn(command, args, {
    cwd,
    stdio: ["pipe", "pipe", process.env["BENCH_DEBUG"] === undefined ? "ignore" : "inherit"],
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "3" },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async answer() {
      for (;;) {
        const { value, done } = await lines.next();
        if (done === true) return { reason: "it ended; set BENCH_DEBUG=1 to see why" };
        // libraries print greetings
        if (value.startsWith("{")) return JSON.parse(value);
      }
    },
    send: (line) => void child.stdin.write(`${line}\n`),
    stop: () => void child.kill(),
  };
}
