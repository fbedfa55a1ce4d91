/**
 * An unfinished run beside its output: `OUTPUT.parts/` with a description of the run and the rows so
 * far, a part a window of records. A part exists whole or not at all (a rename makes it), and its name
 * says up to which record the input is done; so a run that is killed at any moment loses at most the
 * window it was computing, and never computes or keeps a record twice. Appending to the final format
 * instead would not do: HDF5 and zip are unreadable from the first write to the last.
 */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { namesIn, replaceFile } from "@performer/durable-files";
import { type FileLock, lockFile } from "@performer/file-lock";
import type { EmbeddingBatch } from "./embedding-batch.ts";
import { readArrow, writeArrowBatches } from "./formats/arrow.ts";
import type { EmbeddingLayout } from "./layout.ts";

const DESCRIPTION_FILE = "run.json";
const LOCK_FILE = "lock";
/** Number of the part, and how many records of the input are done with it. */
const PART = /^part-(\d+)-to-(\d+)\.arrow$/;

export interface PartFolder extends AsyncDisposable {
  /** Records of the input that are done: in a part, or passed over before its last record. */
  readonly recordsDone: number;
  /** Rows in the parts that were there when the folder was opened. */
  readonly partsFound: number;
  /** @param nextRecord the first record of the input that is not done after this part. */
  append(batch: EmbeddingBatch, nextRecord: number): Promise<void>;
  /** All rows so far, in order, from the first. */
  batches(): AsyncGenerator<EmbeddingBatch>;
  /** Takes the folder away. */
  remove(): Promise<void>;
}

export interface OpenPartsOptions {
  readonly folder: string;
  readonly layout: EmbeddingLayout;
  /** What must be equal for a run to go on: plain JSON. */
  readonly description: Readonly<Record<string, unknown>>;
  /** Goes on with parts that are there; without, they are an error. */
  readonly resume: boolean;
}

/** Parts that are of another run, or unexpected. */
export class PartsError extends Error {
  override readonly name = "PartsError";
}

/**
 * @throws {PartsError} where there are parts and `resume` is false, or they are of another run.
 * @throws {LockHeldError} where a process works on it.
 */
export async function openParts(options: OpenPartsOptions): Promise<PartFolder> {
  const { folder, layout } = options;
  await mkdir(folder, { recursive: true });
  const lock = await lockFile(join(folder, LOCK_FILE));
  try {
    await settleDescription(options);
    return await createFolder(folder, layout, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Whether a run that was not finished lies in `folder`. */
export async function hasParts(folder: string): Promise<boolean> {
  return (await namesIn(folder)).includes(DESCRIPTION_FILE);
}

async function settleDescription({ folder, description, resume }: OpenPartsOptions): Promise<void> {
  const path = join(folder, DESCRIPTION_FILE);
  if (!(await hasParts(folder))) {
    const text = `${JSON.stringify(description, null, 2)}\n`;
    await replaceFile(path, (partial) => writeFile(partial, text));
    return;
  }
  if (!resume) {
    throw new PartsError(
      `openParts: expected no unfinished run, got one in ${folder}; go on with it by --resume, or remove the folder`,
    );
  }
  const before = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
  const now = JSON.parse(JSON.stringify(description)) as Record<string, unknown>;
  const differing = [...new Set([...Object.keys(before), ...Object.keys(now)])].filter(
    (key) => !isDeepStrictEqual(before[key], now[key]),
  );
  if (differing.length > 0) {
    throw new PartsError(
      `openParts: expected the run that ${folder} was begun with, got another ${differing.join(", ")}; give the same files, model and options, or remove the folder and start anew`,
    );
  }
}

async function createFolder(
  folder: string,
  layout: EmbeddingLayout,
  lock: FileLock,
): Promise<PartFolder> {
  const parts = await listParts(folder);
  const found = parts.length;
  return {
    get recordsDone() {
      return parts.at(-1)?.nextRecord ?? 0;
    },
    partsFound: found,
    async append(batch, nextRecord) {
      const name = `part-${pad(parts.length)}-to-${pad(nextRecord)}.arrow`;
      await replaceFile(join(folder, name), (partial) =>
        writeArrowBatches({ path: partial, layout, metadata: {}, batches: [batch] }),
      );
      parts.push({ name, nextRecord });
    },
    async *batches() {
      for (const { name } of parts) yield* readArrow(join(folder, name));
    },
    async remove() {
      await lock.release();
      await rm(folder, { recursive: true, force: true });
    },
    [Symbol.asyncDispose]: () => lock.release(),
  };
}

async function listParts(folder: string) {
  return (await namesIn(folder))
    .flatMap((name) => {
      const match = PART.exec(name);
      return match === null ? [] : [{ name, nextRecord: Number(match[2]) }];
    })
    .sort((a, b) => a.nextRecord - b.nextRecord);
}

const pad = (number: number) => String(number).padStart(10, "0");
