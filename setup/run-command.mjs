/**
 * Runs one command with the terminal attached, and waits for it.
 * Plain JavaScript on Node's own modules: everything in setup/ runs before anything is installed.
 */
import { spawn } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

export class CommandFailed extends Error {
  /** @param {string} command @param {number} exitCode */
  constructor(command, exitCode) {
    super(`${command} ended with exit code ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/**
 * Ctrl-C reaches the child through the terminal, SIGTERM is passed on; either way the child ends first.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env?: Record<string, string>, quiet?: boolean, cwd?: string }} [options] quiet: no output
 *   of the command is shown unless it fails
 */
export function runCommand(command, args, { env = {}, quiet = false, cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: quiet ? ["ignore", "pipe", "pipe"] : "inherit",
      shell: process.platform === "win32",
    });
    /** @type {Buffer[]} */
    const output = [];
    child.stdout?.on("data", (chunk) => output.push(chunk));
    child.stderr?.on("data", (chunk) => output.push(chunk));
    const wait = () => {};
    const passOn = () => child.kill("SIGTERM");
    process.on("SIGINT", wait);
    process.on("SIGTERM", passOn);
    const finish = () => {
      process.off("SIGINT", wait);
      process.off("SIGTERM", passOn);
    };
    child.on("error", (error) => {
      finish();
      reject(error);
    });
    child.on("close", (code, signal) => {
      finish();
      if (code === 0) return resolve(undefined);
      if (quiet) process.stderr.write(Buffer.concat(output));
      reject(
        new CommandFailed([command, ...args].join(" "), code ?? (signal === "SIGINT" ? 130 : 1)),
      );
    });
  });
}

/** Runs `main` as the whole program: a failed command gives its exit code, other errors one line. */
export async function runAsProgram(main) {
  try {
    await main();
  } catch (error) {
    if (error instanceof CommandFailed) process.exitCode = error.exitCode;
    else {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    }
  }
}
