/** Option texts to values; a wrong one is a usage error that names what was expected. */
import type { Backend } from "@performer/tensorflow";
import { InvalidArgumentError, Option } from "commander";

const BACKENDS: readonly Backend[] = ["tensorflow", "wasm", "cpu"];

/** `--backend`, of every command that computes. */
export const backendOption = () =>
  new Option("--backend <name>", "the best backend to try; those after it are the fallbacks")
    .choices(BACKENDS)
    .default("tensorflow");

/** `--eager`, of every command that computes through compiled graphs where it can. */
export const eagerOption = () =>
  new Option("--eager", "compute operation by operation, not as one compiled graph (slower)");

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
