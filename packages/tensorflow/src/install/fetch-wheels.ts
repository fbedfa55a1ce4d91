/**
 * Wheels through the machine's own pip: its mirrors, proxies, certificates and cache all hold, and
 * it checks every file against the hash in the requirements file. TensorFlow's Python is never
 * installed, so `--no-deps` leaves out what only Python would use.
 */
import { mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { lastWords } from "./command-runner.ts";
import { gigabytes, type Python } from "./prerequisites.ts";
import { type InstallContext, RouteError } from "./route.ts";
import { requirementsFile, shippedFile, WHEELS_PYTHON, type WheelSet } from "./wheel-set.ts";

/** pip's limit for a silent connection; one retry follows. */
const CONNECTION_LIMIT_S = 30;
const DOWNLOAD_LIMIT_MS = 60 * 60_000;
const EXTRACT_LIMIT_MS = 10 * 60_000;
const PROGRESS_EVERY_MS = 10_000;

/** Downloads a set's wheels into `folder`. @throws RouteError */
export async function downloadWheels(
  { runner, log }: InstallContext,
  set: WheelSet,
  python: Python,
  folder: string,
): Promise<void> {
  log(
    `downloading ${gigabytes(set.downloadBytes)} of wheels (${set.name}) with pip ${python.pipVersion}`,
  );
  const args = [
    ...["-m", "pip", "download", "--require-hashes", "--no-deps", "--only-binary=:all:"],
    ...["--implementation", "cp", "--python-version", WHEELS_PYTHON],
    ...set.platformTags.flatMap((tag) => ["--platform", tag]),
    ...["--timeout", String(CONNECTION_LIMIT_S), "--retries", "1"],
    ...["--disable-pip-version-check", "--no-input", "--progress-bar", "off"],
    ...["--requirement", requirementsFile(set), "--dest", folder],
  ];
  // pip gathers files in TMPDIR and copies them at the end: there, progress can be seen.
  const gathered = join(folder, "gathered");
  await mkdir(gathered);
  const progress = setInterval(async () => {
    log(`  … ${gigabytes(await folderBytes(gathered))} so far`);
  }, PROGRESS_EVERY_MS);
  const result = await runner
    .run(python.command, args, { timeoutMs: DOWNLOAD_LIMIT_MS, env: { TMPDIR: gathered } })
    .finally(() => clearInterval(progress));
  if (result.outcome === "timed-out") {
    throw new RouteError(
      "failed",
      `pip did not finish within ${DOWNLOAD_LIMIT_MS / 60_000} minutes`,
    );
  }
  if (result.outcome !== "succeeded") {
    throw new RouteError("failed", `pip could not download it: ${lastWords(result)}`);
  }
}

/** Unpacks libraries and headers of the wheels in `wheels` into `site`. @throws RouteError */
export async function extractWheels(
  { runner, log }: InstallContext,
  python: Python,
  wheels: string,
  site: string,
): Promise<void> {
  log("unpacking the shared libraries and the C API's headers");
  const result = await runner.run(python.command, [shippedFile("extract.py"), wheels, site], {
    timeoutMs: EXTRACT_LIMIT_MS,
  });
  if (result.outcome !== "succeeded") {
    throw new RouteError("failed", `the wheels could not be unpacked: ${lastWords(result)}`);
  }
}

async function folderBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    () => [],
  )) {
    if (!entry.isFile()) continue;
    const file = await stat(join(entry.parentPath, entry.name)).catch(() => null);
    bytes += file?.size ?? 0; // a file that pip has just moved counts nothing
  }
  return bytes;
}
