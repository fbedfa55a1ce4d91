/**
 * What building against a TensorFlow wheel needs of the machine: a Python with pip, a C++
 * compiler, disk. Each is found or reported by name, before anything is downloaded.
 */
import { statfs } from "node:fs/promises";
import type { CommandRunner } from "./command-runner.ts";
import { isAtLeast } from "./host.ts";
import { RouteError } from "./route.ts";

export interface Python {
  readonly command: string;
  readonly pipVersion: string;
}

const PYTHON_COMMANDS = ["python3", "python"];
const MINIMUM_PYTHON = "3.8";
/** The first pip that takes several `--platform` options. */
const MINIMUM_PIP = "20.3";
const PROBE_LIMIT_MS = 30_000;

/** @throws RouteError naming what was found instead. */
export async function findPython(runner: CommandRunner): Promise<Python> {
  const found: string[] = [];
  for (const command of PYTHON_COMMANDS) {
    const result = await runner.run(command, ["-m", "pip", "--version"], {
      timeoutMs: PROBE_LIMIT_MS,
    });
    const versions = /^pip (\S+) .*\(python ([\d.]+)\)/m.exec(result.stdout);
    const [, pipVersion, pythonVersion] = versions ?? [];
    if (pipVersion === undefined || pythonVersion === undefined) {
      if (result.outcome !== "not-found") found.push(`${command} without pip`);
    } else if (isAtLeast(pythonVersion, MINIMUM_PYTHON) && isAtLeast(pipVersion, MINIMUM_PIP)) {
      return { command, pipVersion };
    } else {
      found.push(`${command} ${pythonVersion} with pip ${pipVersion}`);
    }
  }
  throw new RouteError(
    "missing",
    `no Python ${MINIMUM_PYTHON} or newer with pip ${MINIMUM_PIP} or newer (found: ${found.join(", ") || "none"}). Install python3 and python3-pip`,
  );
}

/** The C++ compiler: `CXX` where set, else the usual names. @throws RouteError */
export async function findCompiler(runner: CommandRunner): Promise<string> {
  const commands = [process.env["CXX"], "c++", "g++", "clang++"].filter(
    (command): command is string => command !== undefined && command !== "",
  );
  for (const command of commands) {
    const result = await runner.run(command, ["--version"], { timeoutMs: PROBE_LIMIT_MS });
    if (result.outcome === "succeeded") return command;
  }
  throw new RouteError(
    "missing",
    "no C++ compiler (tried c++, g++, clang++). Install g++ or clang",
  );
}

/** @throws RouteError where the disk of `folder` has less room than asked. */
export async function requireDiskSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free < bytes) {
    throw new RouteError(
      "missing",
      `${gigabytes(bytes)} of free disk are needed and ${gigabytes(free)} are free`,
    );
  }
}

export const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
