import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { spawnRunner } from "../src/index.ts";

const runUntilInterrupted = fileURLToPath(
  new URL("support/run-until-interrupted.mjs", import.meta.url),
);
const node = (script: string, options: { timeoutMs?: number; env?: Record<string, string> } = {}) =>
  spawnRunner.run(process.execPath, ["-e", script], { timeoutMs: 30_000, ...options });

test("a program's output and success are collected, with what was added to its environment", async () => {
  const script = "console.log(process.env.COLOUR); console.error('note')";
  expect(await node(script, { env: { COLOUR: "blue" } })).toEqual({
    outcome: "succeeded",
    stdout: "blue\n",
    stderr: "note\n",
  });
});

test("a program that exits with an error has failed", async () => {
  expect((await node("process.exit(3)")).outcome).toBe("failed");
});

test("a program that does not exist is not found", async () => {
  const result = await spawnRunner.run("no-such-program-here", [], { timeoutMs: 1000 });
  expect(result.outcome).toBe("not-found");
});

test("a time limit ends the program and those that it started", async () => {
  const folder = await mkdtemp(join(tmpdir(), "performer-runner-"));
  const pidFile = join(folder, "pid");
  try {
    const script = `
      const child = require("child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" });
      require("fs").writeFileSync(${JSON.stringify(pidFile)}, String(child.pid));
      setInterval(() => {}, 1000);`;
    const start = performance.now();
    const result = await node(script, { timeoutMs: 1500 });
    expect(result.outcome).toBe("timed-out");
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(existsSync(pidFile)).toBe(true);
    const grandchild = Number(await readFile(pidFile, "utf8"));
    await expect.poll(() => isAlive(grandchild), { timeout: 5000 }).toBe(false);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("an interruption ends this process by its signal, and the program with it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "performer-runner-"));
  const pidFile = join(folder, "pid");
  try {
    const installer = spawn(process.execPath, [runUntilInterrupted, pidFile]);
    const ended = once(installer, "exit");
    const written = () => readFile(pidFile, "utf8").catch(() => "");
    await expect.poll(written, { timeout: 20_000 }).toMatch(/^\d+$/);
    installer.kill("SIGINT");
    expect(await ended).toEqual([null, "SIGINT"]);
    const program = Number(await readFile(pidFile, "utf8"));
    await expect.poll(() => isAlive(program), { timeout: 5000 }).toBe(false);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** A process that has ended but was not yet collected by its parent (a zombie) counts as ended. */
async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (!existsSync(`/proc/${pid}/stat`)) return process.platform !== "linux";
  return !/\) Z /.test(await readFile(`/proc/${pid}/stat`, "utf8"));
}
