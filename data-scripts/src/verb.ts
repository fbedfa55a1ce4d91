/** What the verbs have in common: their shared options, and how a result is told. */

import { createProgress, type Progress } from "@performer/download";
import type { DataManifest } from "@performer/schema";
import { InvalidArgumentError, Option } from "commander";
import type { Result } from "./result-folder.ts";

/** `--output`, of every verb that has no place of its own. */
export const outputOption = () =>
  new Option(
    "-o, --output <folder>",
    "new folder for the result and its manifest",
  ).makeOptionMandatory();

/** For `.option("--min-length <n>", …, parseWhole(1, 100))`. */
export function parseWhole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}

/** A number from 0 to 1. */
export function parseShare(text: string): number {
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || value > 1) {
    throw new InvalidArgumentError("Expected a number from 0 to 1.");
  }
  return value;
}

export const progress = (): Progress => createProgress();

/** One line on standard error for people, one on standard output for scripts: the folder. */
export function tell(folder: string, { manifest, wasDone }: Result): void {
  process.stderr.write(
    wasDone
      ? `already done, and every file matches its checksum: ${describe(manifest)}\n`
      : `${manifest.verb}: ${describe(manifest)}\n`,
  );
  process.stdout.write(`${folder}\n`);
}

function describe({ counts, sources }: DataManifest): string {
  const releases = new Set(
    sources.flatMap(({ release }) => (release ? [`${release.dataset} ${release.version}`] : [])),
  );
  const told = Object.entries(counts).map(
    ([name, count]) => `${name} ${count.toLocaleString("en")}`,
  );
  return [...releases, ...told].join(", ");
}
