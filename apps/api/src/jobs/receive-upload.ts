/**
 * A request's body → a file, as it comes: bounded in bytes, never in memory, durable when this returns.
 * Only its first letter is judged here; reading the whole of it is part of the job.
 */
import { type FileHandle, open } from "node:fs/promises";
import { syncFolder } from "@performer/durable-files";
import { ProblemError } from "../problem.ts";
import { DISK_RESERVE_BYTES, diskFull, freeBytes, isDiskFull } from "./disk-space.ts";
import type { JobPaths } from "./job-files.ts";

/** Bytes after which the free space is looked at again: others write, too. */
const SPACE_CHECK_BYTES = 64 * 1_048_576;

export interface UploadLimits {
  readonly maxBytes: number;
  /** Left free on the disk. */
  readonly reserveBytes?: number;
  /** Content-Length, where the client sent one. */
  readonly expectedBytes?: number | undefined;
}

/**
 * @returns bytes written to `paths.input`.
 * @throws {ProblemError} "body-too-large", "disk-full", "not-fasta"; the file is then of no use.
 */
export async function receiveUpload(
  body: AsyncIterable<Uint8Array>,
  paths: JobPaths,
  { maxBytes, reserveBytes = DISK_RESERVE_BYTES, expectedBytes = 0 }: UploadLimits,
): Promise<number> {
  const assertFits = (bytes: number) => {
    if (bytes <= maxBytes) return;
    throw new ProblemError("body-too-large", {
      detail: `the body may have at most ${maxBytes} bytes; compress it with gzip, or send its parts as several jobs`,
      field: "body",
      limit: maxBytes,
    });
  };
  const assertSpace = async (bytes: number) => {
    if ((await freeBytes(paths.folder)) >= bytes + reserveBytes) return;
    throw diskFull(
      `expected ${bytes} bytes and a reserve of ${reserveBytes} free on the server's disk, got less; free some (DELETE /v1/jobs/:id removes a job with its files), then send it again`,
    );
  };
  assertFits(expectedBytes);
  await assertSpace(expectedBytes);
  const file = await open(paths.input, "wx");
  try {
    let written = 0;
    let checkedAt = 0;
    let isFasta = false;
    for await (const chunk of body) {
      isFasta ||= judgeStart(chunk);
      assertFits(written + chunk.length);
      if (written - checkedAt > SPACE_CHECK_BYTES) {
        await assertSpace(chunk.length);
        checkedAt = written;
      }
      await writeAll(file, chunk);
      written += chunk.length;
    }
    if (!isFasta) throw notFasta("nothing but white space");
    await file.sync();
    await syncFolder(paths.folder);
    return written;
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    throw diskFull(
      "the server's disk filled up while the body came in; what was written is removed: free some space, then send it again",
    );
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let start = 0; start < bytes.length; ) {
    start += (await file.write(bytes, start)).bytesWritten;
  }
}

/** gzip (RFC 1952), zstd (RFC 8878). */
const COMPRESSED_STARTS = [0x1f, 0x28];
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const WHITE_SPACE = [0x20, 0x09, 0x0a, 0x0d];
const HEADER_START = ">".charCodeAt(0);
/** Old FASTA files begin with a comment. */
const COMMENT_START = ";".charCodeAt(0);

/**
 * @returns false where the chunk holds white space only.
 * @throws {ProblemError} "not-fasta" where something else comes before the first header.
 */
function judgeStart(chunk: Uint8Array): boolean {
  const first = chunk.find((byte) => ![...WHITE_SPACE, ...BYTE_ORDER_MARK].includes(byte));
  if (first === undefined) return false;
  if ([HEADER_START, COMMENT_START, ...COMPRESSED_STARTS].includes(first)) return true;
  throw notFasta(`${JSON.stringify(String.fromCharCode(first))} first`);
}

const notFasta = (got: string) =>
  new ProblemError("not-fasta", {
    detail: `expected a FASTA file, plain or compressed with gzip or zstd, got ${got}; begin each sequence with a line such as >P01308`,
    field: "body",
  });
