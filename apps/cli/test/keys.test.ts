import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { performer } from "./support/performer.ts";

it("keys are made, listed without their secrets, and revoked", async () => {
  const file = join(await mkdtemp(join(tmpdir(), "keys-")), "keys.json");
  const keys = (...args: string[]) => performer(["keys", ...args, "--file", file]);
  const made = await keys("create", "anna");
  expect(made.stdout).toMatch(/^pp_[0-9a-f]{8}_[\w-]{43}\n$/);
  const id = made.stdout.slice(3, 11);
  const listed = await keys("list");
  expect(listed.stdout).toMatch(new RegExp(`^${id}\t\\S+Z\tanna\n$`));
  expect(listed.stdout).not.toContain(made.stdout.trim());
  expect((await keys("revoke", "00000000")).stderr).toContain("performer keys list");
  expect((await keys("revoke", id)).exitCode).toBe(0);
  expect((await keys("list")).stdout).toBe("");
});

it("a missing file is refused with the command that makes one", async () => {
  const { exitCode, stderr } = await performer(["keys", "list", "--file", "no-such-file.json"]);
  expect(exitCode).toBe(1);
  expect(stderr).toContain("performer keys create NAME --file FILE");
});
