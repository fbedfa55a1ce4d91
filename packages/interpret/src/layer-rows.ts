/** The map of one layer, from the query and key that were observed there: its own weights, or softmax of the same. */
import type { AttentionState, PerformerModel } from "@performer/performer";
import type { AttentionWeights } from "@performer/schema";
import { type AttentionRows, attentionRows } from "./attention-rows.ts";

export type QueryAndKey = Pick<AttentionState, "query" | "key">;

interface LayerRowsOptions extends QueryAndKey {
  readonly layer: number;
  /** "model" without. */
  readonly weights?: AttentionWeights | undefined;
}

/** @throws {RangeError} as `attentionRows`. */
export function layerRows(
  { config: { attention, direction }, projections }: PerformerModel,
  { layer, query, key, weights = "model" }: LayerRowsOptions,
): AttentionRows {
  switch (weights) {
    case "model":
      return attentionRows({
        ...{ query, key, direction },
        config: attention,
        projection: projections[layer],
      });
    case "softmax":
      return attentionRows({
        ...{ query, key, direction },
        config: { mechanism: "exact" },
        projection: undefined,
      });
    default:
      return weights satisfies never;
  }
}
