/**
 * API keys: who may ask. A key is "pp_ID_SECRET" with 256 bits drawn by the system; the file holds its
 * id and a salted SHA-256, so reading the file gives nobody a key. A slow hash would add nothing: such a
 * secret cannot be guessed, only people's passwords can.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import { replaceFile } from "@performer/durable-files";
import { parseWith } from "@performer/schema";
import { z } from "zod";

const StoredKey = z.strictObject({
  id: z.string(),
  name: z.string(),
  createdAt: z.string(),
  salt: z.string(),
  /** Of salt and secret, hexadecimal. */
  sha256: z.string().length(64),
});
export type StoredKey = z.infer<typeof StoredKey>;
const KeyFile = z.strictObject({ keys: z.array(StoredKey) });

const KEY = /^pp_([0-9a-f]{8})_([\w-]{43})$/;
/** A revoked key is refused after at most this long. */
const RECHECK_MS = 1_000;

export class KeyFileError extends Error {
  override readonly name = "KeyFileError";
}

/** The keys of a file; none where `ifMissing` is "empty" and there is no file. */
export async function readKeys(path: string, ifMissing: "empty" | "throw"): Promise<StoredKey[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT" && ifMissing === "empty") return [];
    throw new KeyFileError(
      `readKeys: expected a file of API keys, got none that can be read; make one with: performer keys create NAME --file FILE`,
      { cause },
    );
  }
  return parseWith(KeyFile, JSON.parse(text), "the file of API keys").keys;
}

/** Adds a key. @returns the key itself, which is stored nowhere. */
export async function createKey(path: string, name: string): Promise<string> {
  const keys = await readKeys(path, "empty");
  const [id, secret, salt] = [
    randomBytes(4).toString("hex"),
    randomBytes(32).toString("base64url"),
    randomBytes(16).toString("hex"),
  ];
  const createdAt = new Date().toISOString();
  const sha256 = digest(salt, secret).toString("hex");
  await writeKeys(path, [...keys, { id, name, createdAt, salt, sha256 }]);
  return `pp_${id}_${secret}`;
}

/** @returns whether there was such a key. */
export async function revokeKey(path: string, id: string): Promise<boolean> {
  const keys = await readKeys(path, "throw");
  const left = keys.filter((key) => key.id !== id);
  if (left.length === keys.length) return false;
  await writeKeys(path, left);
  return true;
}

/** Readable by its owner alone, and never half written. */
async function writeKeys(path: string, keys: readonly StoredKey[]): Promise<void> {
  const text = `${JSON.stringify({ keys }, null, 2)}\n`;
  await replaceFile(path, (partial) => writeFile(partial, text, { mode: 0o600 }));
}

export interface KeyRing {
  /** The key that `presented` is, or undefined; it takes as long for a wrong secret as for a right one. */
  find(presented: string): Promise<StoredKey | undefined>;
}

/** Follows the file: keys that are made or revoked count without a restart. */
export async function openKeyRing(path: string): Promise<KeyRing> {
  let keys = await readKeys(path, "throw");
  let modifiedMs = (await stat(path)).mtimeMs;
  let checkedAt = performance.now();
  const refresh = async () => {
    if (performance.now() - checkedAt < RECHECK_MS) return;
    checkedAt = performance.now();
    const { mtimeMs } = await stat(path);
    if (mtimeMs === modifiedMs) return;
    keys = await readKeys(path, "throw");
    modifiedMs = mtimeMs;
  };
  return {
    async find(presented) {
      await refresh();
      const [, id, secret] = KEY.exec(presented) ?? [];
      const stored = keys.find((key) => key.id === id);
      const actual = digest(stored?.salt ?? "", secret ?? "");
      const expected = stored ? Buffer.from(stored.sha256, "hex") : NO_DIGEST;
      return timingSafeEqual(actual, expected) && stored !== undefined ? stored : undefined;
    },
  };
}

const NO_DIGEST = Buffer.alloc(32);

const digest = (salt: string, secret: string): Buffer =>
  createHash("sha256").update(salt).update(secret).digest();
