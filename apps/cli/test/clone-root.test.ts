import { mkdir, mkdtemp, realpath, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { findCloneRoot, resolveUserPath } from "../src/clone-root.ts";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

async function makeClone(): Promise<string> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "clone-")));
  await mkdir(join(root, "apps", "cli", "dist"), { recursive: true });
  await mkdir(join(root, "configs"));
  await writeFile(join(root, "package-lock.json"), "{}");
  return root;
}

describe("findCloneRoot", () => {
  it("finds the clone above a module, whatever the working directory", async () => {
    const root = await makeClone();
    expect(findCloneRoot(join(root, "apps", "cli", "dist"))).toBe(root);
  });

  it("says so where there is no clone above", () => {
    expect(() => findCloneRoot(tmpdir())).toThrow("run the command from a clone");
  });
});

describe("resolveUserPath", () => {
  it("is relative to the working directory", () => {
    vi.spyOn(process, "cwd").mockReturnValue("/home/ada");
    vi.stubEnv("INIT_CWD", "/elsewhere");
    expect(resolveUserPath("/clone", "a.fasta")).toBe("/home/ada/a.fasta");
    expect(resolveUserPath("/clone", "/data/a.fasta")).toBe("/data/a.fasta");
  });

  it("is relative to where npm was called, where npm has changed to the clone", () => {
    vi.spyOn(process, "cwd").mockReturnValue("/clone");
    vi.stubEnv("INIT_CWD", "/home/ada");
    expect(resolveUserPath("/clone", "a.fasta")).toBe("/home/ada/a.fasta");
  });
});
