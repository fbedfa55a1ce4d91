/**
 * The folder that a verb makes: all of it or nothing. Work happens in FOLDER.partial, under a lock;
 * when it is whole and durable, one rename gives it its name. A folder that is there already is never
 * written to: it is either this very result, checked file by file, or an error.
 */
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { digestFile, syncFile, syncFolder, writeNewFile } from "@performer/durable-files";
import { LockHeldError, lockFile } from "@performer/file-lock";
import {
  DATA_FORMAT,
  DataManifest,
  type DataSource,
  type FileEntry,
  type PackManifest,
  parseWith,
  SchemaError,
} from "@performer/schema";
import { DataError } from "./data-error.ts";

export const MANIFEST_FILE = "manifest.json";
const LOCK_FILE = "lock";

/** What a verb adds to the manifest; the files are found and hashed here. */
interface Produced {
  readonly sources: readonly DataSource[];
  readonly counts: DataManifest["counts"];
  readonly pack?: PackManifest["pack"];
}

export interface Job extends Pick<DataManifest, "verb" | "arguments"> {
  readonly folder: string;
  /** Files of an earlier try that the next one goes on with; all others go. Default none. */
  readonly resumable?: readonly string[];
  /** Checksums of the inputs as they are now, for a folder that is there already; in their order. */
  currentSources(manifest: DataManifest): Promise<readonly Pick<DataSource, "name" | "sha256">[]>;
  /** Writes the files into `partial`. */
  produce(partial: string): Promise<Produced>;
}

export interface Result {
  readonly manifest: DataManifest;
  /** Whether the folder was there already, and was found to be whole. */
  readonly wasDone: boolean;
}

/**
 * @throws {DataError} where the folder holds something else, or this result was damaged since.
 */
export async function makeResult(job: Job): Promise<Result> {
  const { folder } = job;
  const existing = await readExisting(folder);
  if (existing !== undefined) {
    await assertSameResult(job, existing);
    return { manifest: existing, wasDone: true };
  }
  const partial = `${resolve(folder)}.partial`;
  await mkdir(partial, { recursive: true });
  const lock = await lockFile(join(partial, LOCK_FILE)).catch((cause: unknown) => {
    if (!(cause instanceof LockHeldError)) throw cause;
    throw new DataError(
      `${job.verb}: expected nobody else to make ${folder}, got ${cause.holder}; wait for it or choose another folder`,
      { cause },
    );
  });
  try {
    await removeAllBut(partial, [LOCK_FILE, ...(job.resumable ?? [])]);
    const { sources, counts, pack } = await job.produce(partial);
    const manifest = {
      format: DATA_FORMAT,
      verb: job.verb,
      createdAt: new Date().toISOString(),
      sources: [...sources],
      arguments: job.arguments,
      counts,
      files: await describeFolder(partial),
      ...(pack && { pack }),
    } satisfies DataManifest;
    await writeNewFile(join(partial, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
    await rm(join(partial, LOCK_FILE));
    await rename(partial, folder);
    await syncFolder(dirname(resolve(folder)));
    return { manifest, wasDone: false };
  } catch (error) {
    if (job.resumable === undefined) await rm(partial, { recursive: true, force: true });
    throw error;
  } finally {
    await lock.release();
  }
}

/**
 * The manifest of a result; undefined where the folder is not there or empty.
 * @throws {DataError} where it holds other things, or a manifest that cannot be understood.
 */
async function readExisting(folder: string): Promise<DataManifest | undefined> {
  const names = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return [] as string[];
    throw new DataError(
      `expected a folder at ${folder}, got ${cause.code}; choose another --output`,
      { cause },
    );
  });
  if (names.length === 0) return undefined;
  if (!names.includes(MANIFEST_FILE)) {
    throw new DataError(
      `expected a new or empty folder at ${folder}, got one with ${names.slice(0, 3).join(", ")}; choose another --output`,
    );
  }
  return readManifest(folder);
}

/** @throws {DataError} where the folder's manifest is not one of a data verb. */
export async function readManifest(folder: string): Promise<DataManifest> {
  const path = join(folder, MANIFEST_FILE);
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    return parseWith(DataManifest, value, path);
  } catch (cause) {
    if (!(cause instanceof SchemaError) && !(cause instanceof SyntaxError)) throw cause;
    throw new DataError(
      `expected the manifest of a data verb at ${path}, got: ${cause.message}; restore it, or remove the folder and run the verb again`,
      { cause },
    );
  }
}

async function assertSameResult(job: Job, manifest: DataManifest): Promise<void> {
  const { folder, verb } = job;
  if (manifest.verb !== verb) {
    throw new DataError(
      `${verb}: expected a new folder, got ${folder}, which ${manifest.verb} made; choose another --output`,
    );
  }
  const now = job.arguments;
  const differing = [...new Set([...Object.keys(now), ...Object.keys(manifest.arguments)])].filter(
    (name) => JSON.stringify(now[name]) !== JSON.stringify(manifest.arguments[name]),
  );
  if (differing.length > 0) {
    const told = differing.map(
      (name) =>
        `${name} ${JSON.stringify(manifest.arguments[name])}, now ${JSON.stringify(now[name])}`,
    );
    throw new DataError(
      `${verb}: expected the arguments that ${folder} was made with, got others (${told.join("; ")}); choose another --output, or remove the folder to make it anew`,
    );
  }
  const identity = (sources: readonly Pick<DataSource, "name" | "sha256">[]) =>
    sources.map(({ name, sha256 }) => `${name} ${sha256}`);
  const [before, after] = [
    identity(manifest.sources),
    identity(await job.currentSources(manifest)),
  ];
  if (before.join() !== after.join()) {
    throw new DataError(
      `${verb}: expected the input that ${folder} was made from (${before.join(", ")}), got ${after.join(", ")}; choose another --output, or remove the folder to make it anew`,
    );
  }
  await assertFilesMatch(folder, manifest);
}

/** @throws {DataError} naming the first file that is not as the manifest says. */
async function assertFilesMatch(folder: string, { files }: DataManifest): Promise<void> {
  for (const [name, entry] of Object.entries(files)) {
    const path = join(folder, name);
    const found = await digestFile(path).catch((cause: unknown) => {
      throw damaged(path, "no file that can be read", cause);
    });
    if (found.sizeBytes !== entry.sizeBytes) {
      throw damaged(path, `${found.sizeBytes} bytes instead of ${entry.sizeBytes}`);
    }
    if (found.sha256 !== entry.sha256) {
      throw damaged(path, `SHA-256 ${found.sha256} instead of ${entry.sha256}`);
    }
  }
}

function damaged(path: string, got: string, cause?: unknown): DataError {
  return new DataError(
    `expected ${path} as its manifest says, got ${got}; remove the folder and run the verb again`,
    { cause },
  );
}

/** Every file below the folder but the lock, made durable. */
async function describeFolder(folder: string): Promise<Record<string, FileEntry>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile() && entry.name !== LOCK_FILE)
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
  const files: Record<string, FileEntry> = {};
  for (const name of names) {
    await syncFile(join(folder, name));
    files[name] = await digestFile(join(folder, name));
  }
  return files;
}

async function removeAllBut(folder: string, kept: readonly string[]): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!kept.includes(name)) await rm(join(folder, name), { recursive: true });
  }
}
