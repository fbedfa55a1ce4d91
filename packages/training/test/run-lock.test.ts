import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RunError } from "../src/run/run-folder.ts";
import { acquireRunLock } from "../src/run/run-lock.ts";

test("a run that is being trained refuses a second trainer and names the first", async () => {
  const folder = await mkdtemp(join(tmpdir(), "run-lock-"));
  const lock = await acquireRunLock(join(folder, "run.lock"));
  const refusal = await acquireRunLock(join(folder, "run.lock")).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(RunError);
  expect((refusal as RunError).message).toContain(`held by process ${process.pid} on `);
  await lock.release();
  await (await acquireRunLock(join(folder, "run.lock"))).release();
  await rm(folder, { recursive: true });
});
