/** The machine, in words, and whether it has other things to do. */
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

/** Those that decide how fast matrix products are. */
const FLAGS = ["avx2", "fma", "avx512f", "avx512_bf16", "amx_bf16", "asimd", "bf16"];

export function machineDescription(): string {
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  const text = existsSync("/proc/cpuinfo") ? readFileSync("/proc/cpuinfo", "utf8") : "";
  const found = new Set(/^(?:flags|Features)\s*:\s*(.*)$/m.exec(text)?.[1]?.split(" "));
  const flags = FLAGS.filter((flag) => found.has(flag)).join(" ");
  return `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, ${memory} GiB, ${flags}, Node ${process.version}`;
}

/** Share of the processors that others used over the last second, 0 to 1. */
async function busyShare(): Promise<number> {
  const read = () => cpus().map(({ times }) => ({ idle: times.idle, all: total(times) }));
  const before = read();
  await sleep(1000);
  const shares = read().map((now, index) => {
    const then = before[index] ?? now;
    return now.all === then.all ? 0 : 1 - (now.idle - then.idle) / (now.all - then.all);
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

const total = (times: Record<string, number>) =>
  Object.values(times).reduce((sum, time) => sum + time, 0);

/** Below this the machine counts as quiet. */
const QUIET_SHARE = 0.1;

/** Waits up to `patienceMs`. @returns whether the machine got quiet. */
export async function waitForQuiet(patienceMs: number): Promise<boolean> {
  const end = Date.now() + patienceMs;
  for (;;) {
    if ((await busyShare()) < QUIET_SHARE) return true;
    if (Date.now() > end) return false;
  }
}
