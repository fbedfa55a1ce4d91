/** `data download`: a dataset of UniProt's current release, held against its published checksum. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import {
  assertDiskSpace,
  createStallTimer,
  discardFile,
  fetchFile,
  OtherFileError,
  PassingError,
  type Progress,
  RETRY,
  type RetryOptions,
  request,
  resumableFiles,
  SILENT,
  tellRetry,
  withRetry,
} from "@performer/download";
import { hashFile, sizeOf } from "@performer/durable-files";
import type { DataSource } from "@performer/schema";
import { Argument, Command, Option } from "commander";
import { DataError } from "../data-error.ts";
import { DATASETS, type DatasetName, UNIPROT } from "../download/datasets.ts";
import { type PublishedFile, parseMetalink } from "../download/metalink.ts";
import { makeResult, type Result } from "../result-folder.ts";
import { progress, tell } from "../verb.ts";

const STALL_MS = 60_000;
/** Names the address. */
const OPTION = "--base";

const EXAMPLES = `
Compressed sizes of 2026: swissprot 0.1 GB, uniref50 9 GB, uniref90 32 GB; trembl and uniref100 are larger.
A download that was stopped goes on where it was. The release is written into manifest.json; a folder
that is there stays at its release.

Examples:
  $ npm run data -- download swissprot
  $ npm run data -- download uniref50 --release 2026_03 -o /big/disk/uniref50`;

interface Options {
  readonly output: string;
  /** Demanded; default whichever is current. */
  readonly release?: string;
  /** Address of the release area. */
  readonly base: string;
  readonly retry: RetryOptions;
  readonly stallMs: number;
  readonly progress: Progress;
}

export const downloadCommand = () =>
  new Command("download")
    .description("a dataset of UniProt, by name, at its current release")
    .addArgument(new Argument("<dataset>").choices(Object.keys(DATASETS)))
    .option("-o, --output <folder>", "new folder for it (default: datasets/DATASET)")
    .option("--release <version>", "stop unless the current release is this one, such as 2026_03")
    .addOption(new Option("--base <url>", "the release area, or a mirror of it").default(UNIPROT))
    .addHelpText("after", EXAMPLES)
    .action(async (name: DatasetName, given: Partial<Options>) => {
      const { output = join("datasets", name), ...options } = given;
      const retry = { ...RETRY, onRetry: tellRetry };
      tell(output, await download(name, { output, retry, progress: progress(), ...options }));
    });

/**
 * @throws {DataError | DownloadError} where the dataset cannot be had: another release, no disk space, a
 *   refusal, a wrong checksum; or where the output is taken. @throws {PassingError} where the server stayed away.
 */
export async function download(
  name: DatasetName,
  {
    base = UNIPROT,
    retry = RETRY,
    stallMs = STALL_MS,
    progress = SILENT,
    ...given
  }: Pick<Options, "output"> & Partial<Options>,
): Promise<Result> {
  const { output, release } = given;
  const { folder, file } = DATASETS[name];
  const area = new URL(folder, base.endsWith("/") ? base : `${base}/`);
  const addresses = {
    metalink: new URL("RELEASE.metalink", area).href,
    file: new URL(file, area).href,
  };
  return makeResult({
    verb: "download",
    folder: output,
    arguments: { dataset: name },
    resumable: resumableFiles(file),
    async currentSources({ sources }) {
      const version = sources[0]?.release?.version;
      if (release !== undefined && release !== version) {
        throw new DataError(
          `download: expected release ${release} in ${output}, got ${version}; choose another --output`,
        );
      }
      return sources; // nothing is asked of the network: the folder stays at its release
    },
    async produce(partial) {
      const path = join(partial, file);
      const options = { url: addresses.file, path, retry, stallMs, progress, option: OPTION };
      for (let published = await current(); ; ) {
        assertRelease(release, published.version);
        try {
          await assertDiskSpace(partial, published.sizeBytes - (await sizeOf(path)));
          await fetchFile({ ...options, sizeBytes: published.sizeBytes });
          const source = await verify(path, published, { name: file, url: addresses.file });
          const { version, md5 } = published;
          return {
            sources: [{ ...source, url: addresses.file, md5, release: { dataset: name, version } }],
            counts: { bytes: published.sizeBytes },
          };
        } catch (error) {
          if (!(error instanceof OtherFileError)) throw error;
          const now = await current();
          if (now.md5 === published.md5) throw error;
          published = now; // a release came out meanwhile
        }
      }
    },
  });

  async function current(): Promise<PublishedFile> {
    const text = await withRetry(() => fetchText(addresses.metalink, stallMs), retry);
    return parseMetalink(text, file, addresses.metalink);
  }
}

function assertRelease(wanted: string | undefined, current: string): void {
  if (wanted === undefined || wanted === current) return;
  throw new DataError(
    `download: expected release ${wanted}, got ${current}, which is the current one; older ones are tar archives in previous_releases of the release area, to be unpacked by hand`,
  );
}

/** @throws {OtherFileError} after removing a file whose MD5 is not the published one. */
async function verify(
  path: string,
  published: PublishedFile,
  { name, url }: Required<Pick<DataSource, "name" | "url">>,
): Promise<DataSource> {
  const md5 = createHash("md5");
  const sha256 = createHash("sha256");
  await hashFile(path, [md5, sha256]);
  const got = md5.digest("hex");
  if (got !== published.md5) {
    await discardFile(path);
    throw new OtherFileError(
      `download: expected MD5 ${published.md5} of ${url} as published, got ${got}; the file was removed: run it again, and if that fails too, use another --base`,
    );
  }
  return { name, sha256: sha256.digest("hex"), sizeBytes: published.sizeBytes };
}

async function fetchText(url: string, stallMs: number): Promise<string> {
  const stall = createStallTimer(stallMs);
  try {
    const response = await request(url, { signal: stall.signal, accepted: [200], option: OPTION });
    return await response.text().catch((cause: unknown) => {
      throw new PassingError(`${url} stopped`, { cause });
    });
  } finally {
    stall.stop();
  }
}
