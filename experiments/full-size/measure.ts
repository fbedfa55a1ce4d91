/** Every variant, direction and batch size in turn, a process each; an interrupted run goes on at the next. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { countParameters } from "@performer/performer";
import { ModelConfig } from "@performer/schema";
import type { ExperimentContext, ExperimentProgress } from "../framework/experiment.ts";
import type { directions, FullSizePoint, FullSizeResult, Variant } from "./result.ts";
import type { StepAnswer, StepRequest } from "./step.ts";

interface Parameters {
  readonly config: string;
  readonly numLayers: number;
  readonly length: number;
  readonly variants: readonly Variant[];
  readonly directions: readonly (typeof directions)[number][];
  readonly rows: readonly number[];
  readonly steps: number;
}

export async function* measureFullSize(
  parameters: Parameters,
  { root, previous }: ExperimentContext<FullSizeResult>,
): AsyncGenerator<ExperimentProgress<FullSizeResult>, FullSizeResult> {
  const { numLayers, length, steps } = parameters;
  const file = join(root, "configs", `${parameters.config}.json`);
  const { model } = JSON.parse(readFileSync(file, "utf8")) as { model: ModelConfig };
  const configOf = (residual: "ordinary" | "reversible", direction: ModelConfig["direction"]) =>
    ModelConfig.parse({ ...model, numLayers, maxLength: length, direction, residual });
  const parameterCount = countParameters(configOf("ordinary", "bidirectional"));
  const cases = parameters.rows.flatMap((rows) =>
    parameters.directions.flatMap((direction) =>
      parameters.variants.map((variant) => ({ variant, direction, rows })),
    ),
  );
  const points: FullSizePoint[] = [...(previous?.points ?? [])];
  for (const [index, { variant, direction, rows }] of cases.entries()) {
    if (index < points.length) continue;
    const label = `${variant}, ${direction}, B ${rows}`;
    yield { done: index, total: cases.length, label };
    const answer = await runSteps({
      root,
      model: configOf(variant === "reversible" ? "reversible" : "ordinary", direction),
      recompute: variant === "recompute",
      ...{ rows, length, steps },
    });
    points.push({ variant, direction, rows, ...answer, stepMs: [...answer.stepMs] });
    const partial = { numLayers, length, parameterCount, points: [...points] };
    yield { done: index + 1, total: cases.length, label, partial };
  }
  return { numLayers, length, parameterCount, points };
}

/** @throws {Error} with its last words where the process failed. */
async function runSteps(request: StepRequest): Promise<StepAnswer> {
  const script = join(import.meta.dirname, "step.mjs");
  const child = spawn(process.execPath, [script, JSON.stringify(request)], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "3" },
  });
  let output = "";
  let complaints = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  const line = output.split("\n").find((text) => text.startsWith("{"));
  if (code !== 0 || line === undefined) {
    throw new Error(
      `runSteps: expected an answer, got exit code ${code}: ${complaints.slice(-2000)}`,
    );
  }
  return JSON.parse(line) as StepAnswer;
}
