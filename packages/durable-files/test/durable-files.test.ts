import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createFolder,
  digestFile,
  exists,
  hashFile,
  namesIn,
  replaceFile,
  sizeOf,
  writeNewFile,
} from "@performer/durable-files";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "durable-files-"));
});
afterEach(() => rm(folder, { recursive: true }));

const names = async () => (await readdir(folder)).sort();
const torn = async (partial: string) => {
  await writeFile(partial, "half of i");
  throw new Error("the disk is full");
};

describe("what is there", () => {
  test("a file's size, a folder's names; what is not there has none", async () => {
    const path = join(folder, "config.json");
    expect([await exists(path), await sizeOf(path)]).toEqual([false, 0]);
    expect(await namesIn(join(folder, "no-folder"))).toEqual([]);
    await writeFile(path, "four");
    expect([await exists(path), await sizeOf(path)]).toEqual([true, 4]);
    expect(await namesIn(folder)).toEqual(["config.json"]);
  });

  test("any other failure is an error, not an absence", async () => {
    const path = join(folder, "config.json");
    await writeFile(path, "");
    await expect(namesIn(path)).rejects.toThrow("ENOTDIR");
    await expect(sizeOf(join(path, "child"))).rejects.toThrow("ENOTDIR");
  });
});

describe("replaceFile", () => {
  test("the old content stands under the name until the new one is whole; then no other name is left", async () => {
    const path = join(folder, "config.json");
    await writeFile(path, "old");
    await replaceFile(path, async (partial) => {
      await writeFile(partial, "new");
      expect(await readFile(path, "utf8")).toBe("old");
    });
    expect(await readFile(path, "utf8")).toBe("new");
    expect(await names()).toEqual(["config.json"]);
  });

  test("a write that fails is told, changes nothing and leaves nothing", async () => {
    const path = join(folder, "config.json");
    await expect(replaceFile(path, torn)).rejects.toThrow("the disk is full");
    expect(await names()).toEqual([]);
    await writeFile(path, "old");
    await expect(replaceFile(path, torn)).rejects.toThrow("the disk is full");
    expect(await names()).toEqual(["config.json"]);
    expect(await readFile(path, "utf8")).toBe("old");
  });

  test("what a killed process left half-written is in nobody's way", async () => {
    const path = join(folder, "config.json");
    await writeFile(`${path}.partial`, "a longer half of another text");
    await replaceFile(path, (partial) => writeFile(partial, "new"));
    expect(await readFile(path, "utf8")).toBe("new");
    expect(await names()).toEqual(["config.json"]);
  });
});

test("writeNewFile writes over nothing", async () => {
  const path = join(folder, "manifest.json");
  await writeNewFile(path, "first");
  await expect(writeNewFile(path, "second")).rejects.toThrow("EEXIST");
  expect(await readFile(path, "utf8")).toBe("first");
});

describe("createFolder", () => {
  test("the name is there when all is in it, and what was made is returned", async () => {
    const path = join(folder, "above", "model");
    const made = await createFolder(path, async (partial) => {
      await writeFile(join(partial, "weights"), "1 2 3");
      expect(await readdir(join(folder, "above"))).toEqual([".partial-model"]);
      return 3;
    });
    expect(made).toBe(3);
    expect(await readdir(join(folder, "above"))).toEqual(["model"]);
    expect(await readFile(join(path, "weights"), "utf8")).toBe("1 2 3");
  });

  test("a filling that fails is told and leaves nothing", async () => {
    const failing = createFolder(join(folder, "model"), (partial) =>
      torn(join(partial, "weights")),
    );
    await expect(failing).rejects.toThrow("the disk is full");
    expect(await names()).toEqual([]);
  });

  test("what a killed process left does not come into the new folder", async () => {
    await mkdir(join(folder, ".partial-model"));
    await writeFile(join(folder, ".partial-model", "weights"), "half");
    const path = join(folder, "model");
    await createFolder(path, (partial) => writeFile(join(partial, "card"), "text"));
    expect(await names()).toEqual(["model"]);
    expect(await readdir(path)).toEqual(["card"]);
  });

  test("a folder that holds something is never written over", async () => {
    const path = join(folder, "model");
    await mkdir(path);
    await writeFile(join(path, "weights"), "of years");
    await expect(createFolder(path, async () => {})).rejects.toThrow("ENOTEMPTY");
    expect(await names()).toEqual(["model"]);
    expect(await readFile(join(path, "weights"), "utf8")).toBe("of years");
  });
});

describe("digestFile", () => {
  // FIPS 180-2, appendix B, and of no byte at all
  test.each([
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    ["a".repeat(1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"],
  ])("gives SHA-256 and size, case %#", async (text, sha256) => {
    const path = join(folder, "data");
    await writeFile(path, text);
    expect(await digestFile(path)).toEqual({ sha256, sizeBytes: text.length });
  });

  test("a file of several pieces is hashed as a whole, by every hash that is given", async () => {
    const path = join(folder, "data");
    const bytes = Buffer.from(Uint8Array.from({ length: 3_000_001 }, (_, i) => (i * i) >> 5));
    await writeFile(path, bytes);
    const hashes = ["sha256", "md5"].map((name) => createHash(name));
    expect(await hashFile(path, hashes)).toBe(bytes.length);
    const whole = ["sha256", "md5"].map((name) => createHash(name).update(bytes).digest("hex"));
    expect(hashes.map((hash) => hash.digest("hex"))).toEqual(whole);
    expect((await digestFile(path)).sha256).toBe(whole[0]);
  });

  test("a file that is not there is an error", async () => {
    await expect(digestFile(join(folder, "none"))).rejects.toThrow("ENOENT");
  });
});
