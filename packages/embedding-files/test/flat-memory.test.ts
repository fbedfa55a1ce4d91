/** What parts and writers keep alive does not grow with the rows that went through them. */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const PROGRAM = join(import.meta.dirname, "programs", "live-memory.mjs");
/**
 * A batch of 1 MiB and its copy may be on their way at either moment. Six batches go through between the
 * two: a writer that kept them would have 6 MiB more.
 */
const LIMIT_BYTES = 3 * 2 ** 20;

test("no more is alive after eight batches than after two", async () => {
  const folder = await mkdtemp(join(tmpdir(), "flat-memory-"));
  try {
    const args = ["--expose-gc", PROGRAM, folder];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const growth: Record<string, number> = JSON.parse(stdout);
    expect(Object.keys(growth)).toEqual(["parts", ".h5", ".parquet", ".npz", ".arrow"]);
    for (const [what, bytes] of Object.entries(growth)) {
      expect(bytes, what).toBeLessThan(LIMIT_BYTES);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
