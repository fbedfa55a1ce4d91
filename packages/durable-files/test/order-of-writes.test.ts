/** What a loss of power may leave: the order in which names and bytes are brought to the disk. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { createFolder, replaceFile } from "@performer/durable-files";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";

const calls: string[] = [];
let folder: string;
const nameOf = (path: unknown) => relative(folder, String(path)) || "folder";

// the file system is the real one; what is asked of it is written down
vi.mock("node:fs/promises", async (importOriginal) => {
  const real = await importOriginal<typeof import("node:fs/promises")>();
  return {
    ...real,
    async rename(from: string, to: string) {
      await real.rename(from, to);
      calls.push(`rename ${nameOf(from)} to ${nameOf(to)}`);
    },
    async open(path: string, flags: string) {
      const handle = await real.open(path, flags);
      const sync = handle.sync.bind(handle);
      handle.sync = async () => {
        await sync();
        calls.push(`sync ${nameOf(path)}`);
      };
      return handle;
    },
  };
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "durable-order-"));
});
beforeEach(() => {
  calls.length = 0;
});
afterAll(() => rm(folder, { recursive: true }));

test("a file gets its name after its bytes are on the disk, and keeps it: the folder follows", async () => {
  await replaceFile(join(folder, "keys.json"), async (partial) => {
    await writeFile(partial, "{}");
    calls.push(`write ${nameOf(partial)}`);
  });
  expect(calls).toEqual([
    "write keys.json.partial",
    "sync keys.json.partial",
    "rename keys.json.partial to keys.json",
    "sync folder",
  ]);
});

test("a folder gets its name after the names in it are on the disk", async () => {
  await createFolder(join(folder, "model"), async (partial) => {
    await writeFile(join(partial, "weights"), "");
    calls.push(`fill ${nameOf(partial)}`);
  });
  expect(calls).toEqual([
    "fill .partial-model",
    "sync .partial-model",
    "rename .partial-model to model",
    "sync folder",
  ]);
});
