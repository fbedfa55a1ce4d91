/**
 * Python for tests that hold a file against the readers people have: the machine's interpreter with the
 * packages of python-requirements.txt, installed once by pip into .cache/python of the clone. No
 * virtual environment: a folder on PYTHONPATH can be renamed, so it is whole or not there.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

const CLONE = join(import.meta.dirname, "../../..");
const REQUIREMENTS = join(import.meta.dirname, "../python-requirements.txt");
const INSTALL_LIMIT_MS = 10 * 60_000;
/** A script's prints: tests print JSON of whole embeddings. */
const MAX_OUTPUT_BYTES = 64 * 1_048_576;

export interface Python {
  /** Standard output of a program. @throws {Error} with what it wrote to standard error. */
  run(program: string, args?: readonly string[]): Promise<string>;
}

/** @throws {Error} where there is no Python 3, or pip cannot install. */
export async function openPython(): Promise<Python> {
  const packages = await installPackages();
  const env = { ...process.env, PYTHONPATH: packages };
  return {
    async run(program, args = []) {
      const options = { env, maxBuffer: MAX_OUTPUT_BYTES };
      const { stdout } = await run("python3", ["-c", program, ...args], options);
      return stdout;
    },
  };
}

async function installPackages(): Promise<string> {
  const { stdout: version } = await run("python3", ["--version"]);
  const key = createHash("sha256")
    .update(version)
    .update(await readFile(REQUIREMENTS));
  const folder = join(CLONE, ".cache", "python", key.digest("hex").slice(0, 16));
  if (existsSync(folder)) return folder;
  const partial = `${folder}.${process.pid}`;
  await mkdir(partial, { recursive: true });
  const args = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"];
  const wheels = ["--only-binary=:all:", "--target", partial, "--requirement", REQUIREMENTS];
  await run("python3", [...args, ...wheels], { timeout: INSTALL_LIMIT_MS });
  await rename(partial, folder).catch(async (error) => {
    await rm(partial, { recursive: true, force: true });
    // another test file was faster
    if (!existsSync(folder)) throw error;
  });
  return folder;
}
