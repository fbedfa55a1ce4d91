/** The experiments that exist: one file each beside this folder, `experiments/NAME.ts`. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Experiment } from "./experiment.ts";

const folder = join(import.meta.dirname, "..");

export function experimentNames(): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -".ts".length))
    .sort();
}

/** @throws {RangeError} where there is no such experiment. */
export async function loadExperiment(name: string): Promise<Experiment> {
  const names = experimentNames();
  if (!names.includes(name)) {
    throw new RangeError(`experiment: expected one of ${names.join(", ")}, got "${name}"`);
  }
  const module = await import(pathToFileURL(join(folder, `${name}.ts`)).href);
  return module.default as Experiment;
}
