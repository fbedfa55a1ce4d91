/** Turns away questions about attention maps where the model's mechanism gives none. */
import { hasAttentionMap } from "@performer/interpret";
import type { ModelSummary } from "@performer/schema";
import { ProblemError } from "./problem.ts";

/** @throws {ProblemError} "no-attention-map". */
export function requireMap({ config }: ModelSummary): void {
  const { attention } = config;
  if (hasAttentionMap(attention)) return;
  throw new ProblemError("no-attention-map", {
    detail: `the model's attention.mechanism is "${attention.mechanism}", whose weights of positions are not recovered; serve a model with favor, exact, local or sparse attention`,
  });
}
