/** Option texts to values; a wrong one is a usage error that names what was expected. */
import type { Backend } from "@performer/tensorflow";
import type { Precision } from "@performer/trainer";
import { InvalidArgumentError, Option } from "commander";

const BACKENDS: readonly Backend[] = ["tensorflow", "wasm", "cpu"];

/** `--backend`, of every command that computes. */
export const backendOption = () =>
  new Option("--backend <name>", "the best backend to try; those after it are the fallbacks")
    .choices(BACKENDS)
    .default("tensorflow");

/** `--checkpoint`, of every command that reads a model. */
export const checkpointOption = () =>
  new Option(
    "--checkpoint <folder>",
    "a model, a checkpoint, or a run's folder (default: that of models/, else the newest of runs/)",
  );

/** `--runs` and `--models`, of the commands that serve. */
export const runsOption = () =>
  new Option("--runs <folder>", "folder of the runs (default: runs in the clone)");
export const modelsOption = () =>
  new Option("--models <folder>", "folder of models that ship (default: models in the clone)");

/** `--eager`, of every command that computes through compiled graphs where it can. */
export const eagerOption = () =>
  new Option("--eager", "compute operation by operation, not as one compiled graph (slower)");

/** `--precision`, of every command that trains. */
export const precisionOption = () =>
  new Option("--precision <name>", "of the compiled graph; bf16 where the processor has it")
    .choices(["float32", "bf16"] satisfies Precision[])
    .default("float32");

/** For `.option("--device <name>", …, parseDeviceName)`: what `parseDevice` of the runtime reads later. */
export function parseDeviceName(text: string): string {
  if (/^(cpu|(gpu|tpu)(:\d+)?)$/.test(text)) return text;
  throw new InvalidArgumentError("Expected cpu, gpu, or one of several, such as gpu:1.");
}

/** For `.option("--port <n>", …, parseWhole(0, 65535))`. */
export function parseWhole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}

/** Whole numbers with commas between, each once: for `.option("--layers <list>", …, parseWholes)`. */
export function parseWholes(text: string): readonly number[] {
  const values = text.split(",").map(Number);
  if (!/^\d{1,9}(,\d{1,9})*$/.test(text) || new Set(values).size !== values.length) {
    throw new InvalidArgumentError("Expected different whole numbers, such as 0,6,12.");
  }
  return values;
}

/** For `.option("--temperature <number>", …, parseNumber(0, 100))`. */
export function parseNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = toNumber(text);
    if (!(value >= least && value <= most)) {
      throw new InvalidArgumentError(`Expected a number from ${least} to ${most}.`);
    }
    return value;
  };
}

/** A share of a whole: above 0, at most 1. */
export function parseShare(text: string): number {
  const value = toNumber(text);
  if (!(value > 0 && value <= 1)) {
    throw new InvalidArgumentError("Expected a number above 0, at most 1.");
  }
  return value;
}

/** Of an empty text NaN, where Number gives 0. */
function toNumber(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}
