/**
 * One large file over HTTP, resumed where it stopped: within a run after a dropped connection, and by
 * the next run after a kill. A range is asked for only with a validator (If-Range), so that parts of
 * two versions are never joined; a server that ignores ranges costs a new beginning.
 */
import { open, readFile, rm, writeFile } from "node:fs/promises";
import { sizeOf } from "@performer/durable-files";
import { z } from "zod";
import { DownloadError } from "./download-error.ts";
import type { Progress } from "./progress.ts";
import { reasonOf, request } from "./request.ts";
import { PassingError, type RetryOptions, withRetry } from "./retry.ts";
import { createStallTimer, type StallTimer } from "./stall-timer.ts";

export interface FetchFileOptions {
  readonly url: string;
  /** Where the bytes go; what an earlier run left there is gone on with. */
  readonly path: string;
  /** As published. */
  readonly sizeBytes: number;
  readonly retry: RetryOptions;
  /** A connection that gives no byte for so long counts as dropped. */
  readonly stallMs: number;
  readonly progress: Progress;
  /** The option that names the address, for messages: "--base". */
  readonly option: string;
}

/** The server's file is not the published one, for instance because a release came out meanwhile. */
export class OtherFileError extends DownloadError {}

/** Which version of the file the bytes so far belong to: a strong ETag or a date, for If-Range. */
const State = z.object({ url: z.string(), validator: z.string() });

const statePath = (path: string): string => `${path}.state.json`;

/** What a stopped download of `path` leaves for the next run. */
export const resumableFiles = (path: string): readonly string[] => [path, statePath(path)];

/**
 * @throws {OtherFileError} where the server has a file of another size.
 * @throws {DownloadError} where the server refuses.
 * @throws {PassingError} where it stayed away through all attempts; what has come is kept.
 */
export async function fetchFile(options: FetchFileOptions): Promise<void> {
  const { url, path, sizeBytes, retry, progress } = options;
  let furthest = await sizeOf(path);
  progress.start(new URL(url).pathname.split("/").at(-1)!, sizeBytes, furthest);
  const onReached = (bytes: number) => {
    furthest = Math.max(furthest, bytes);
  };
  try {
    await withRetry(
      () => fetchRest(options, onReached),
      retry,
      () => furthest,
    );
  } finally {
    progress.stop();
  }
  await rm(statePath(path), { force: true });
}

/** Removes a file that turned out wrong, and what is known of it. */
export async function discardFile(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(statePath(path), { force: true });
}

async function fetchRest(
  options: FetchFileOptions,
  onReached: (bytes: number) => void,
): Promise<void> {
  const { url, path, sizeBytes, stallMs, progress, option } = options;
  const had = await sizeOf(path);
  if (had === sizeBytes) return; // the caller holds it against its checksum
  const validator = await readValidator(path, url);
  const resume = validator !== undefined && had > 0 && had < sizeBytes ? { validator, had } : null;
  const stall = createStallTimer(stallMs);
  try {
    const response = await request(url, {
      ...(resume && { headers: { Range: `bytes=${had}-`, "If-Range": resume.validator } }),
      signal: stall.signal,
      accepted: resume ? [200, 206] : [200],
      option,
    });
    const start = response.status === 206 ? had : 0;
    if (start > 0) await assertContinues(response, had, validator!, options);
    else await beginAnew(response, options);
    progress.reset(start);
    await append(response, start, options, { stall, onReached });
  } finally {
    stall.stop();
  }
}

/** @throws {PassingError} where the range is not the one asked for, or of another version. */
async function assertContinues(
  response: Response,
  offset: number,
  validator: string,
  { url, path, sizeBytes }: FetchFileOptions,
): Promise<void> {
  const range = response.headers.get("Content-Range") ?? "";
  const tag = response.headers.get("ETag");
  const isOtherVersion = validator.startsWith('"') && tag !== null && tag !== validator;
  if (range === `bytes ${offset}-${sizeBytes - 1}/${sizeBytes}` && !isOtherVersion) return;
  await response.body?.cancel();
  await discardFile(path); // with the validator gone the next attempt asks for the whole file
  throw new PassingError(
    `${url} answered with the range "${range}" of version ${tag} instead of the rest of ${validator} from ${offset}`,
  );
}

/** Empties the file, then notes whose bytes will follow: a kill between the two leaves no wrong pair. */
async function beginAnew(
  response: Response,
  { url, path, sizeBytes, option }: FetchFileOptions,
): Promise<void> {
  const { headers } = response;
  const encoding = headers.get("Content-Encoding") ?? "identity";
  const length = headers.get("Content-Length");
  if (encoding !== "identity" || (length !== null && Number(length) !== sizeBytes)) {
    await response.body?.cancel();
    const got = encoding === "identity" ? `${length} bytes` : `Content-Encoding ${encoding}`;
    throw new OtherFileError(
      `download: expected ${url} with the ${sizeBytes} bytes that were published, got ${got}; try again later, or check ${option}`,
    );
  }
  await discardFile(path);
  const tag = headers.get("ETag");
  const isStrong = tag?.startsWith('"') === true;
  const validator = isStrong ? tag : headers.get("Last-Modified");
  if (validator !== null) {
    await writeFile(
      statePath(path),
      JSON.stringify({ url, validator } satisfies z.infer<typeof State>),
    );
  }
}

async function append(
  response: Response,
  start: number,
  { url, path, sizeBytes, progress, option }: FetchFileOptions,
  { stall, onReached }: { stall: StallTimer; onReached: (bytes: number) => void },
): Promise<void> {
  const file = await open(path, "a");
  let size = start;
  try {
    for await (const chunk of bodyOf(response, url)) {
      stall.restart();
      size += chunk.length;
      if (size > sizeBytes) break;
      await file.appendFile(chunk);
      onReached(size);
      progress.advance(chunk.length);
    }
  } finally {
    await file.close();
  }
  if (size > sizeBytes) {
    await discardFile(path);
    throw new OtherFileError(
      `download: expected ${url} to end after the ${sizeBytes} bytes that were published, got more; try again later, or check ${option}`,
    );
  }
  if (size < sizeBytes) {
    throw new PassingError(`${url} ended after ${size} of ${sizeBytes} bytes`);
  }
}

async function* bodyOf(response: Response, url: string): AsyncGenerator<Uint8Array> {
  try {
    if (response.body !== null) yield* response.body as AsyncIterable<Uint8Array>;
  } catch (cause) {
    throw new PassingError(`${url} stopped (${reasonOf(cause)})`, { cause });
  }
}

/** @returns undefined where it is not known, or of another address. */
async function readValidator(path: string, url: string): Promise<string | undefined> {
  const text = await readFile(statePath(path), "utf8").catch(() => "null");
  const state = State.safeParse(parseJson(text));
  return state.success && state.data.url === url ? state.data.validator : undefined;
}

/** A kill can leave half a state file: then the download begins anew. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
