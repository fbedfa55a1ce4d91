/** Attention maps as JSON: the answer of GET /api/attention, and the file of `performer attention`. */
import type { AttentionResponse, ModelConfig } from "@performer/schema";
import { encodeNumbers } from "./json-numbers.ts";

/** Significant digits. */
const DIGITS = 6;

export interface AttentionAnswer
  extends Pick<AttentionResponse, "model" | "accession" | "sequence"> {
  readonly config: Pick<ModelConfig, "numLayers" | "numHeads">;
  /** [layers][heads] row-major L × L. */
  readonly maps: readonly (readonly Float32Array[])[];
}

/** JSON text of an AttentionResponse. */
export function encodeAttention({
  model,
  accession,
  sequence,
  config: { numLayers, numHeads },
  maps,
}: AttentionAnswer): string {
  const layers = maps.map((heads) => {
    const rows = heads.map((map) => encodeNumbers(map, 0, map.length, DIGITS));
    return `[${rows.join(",")}]`;
  });
  const head = JSON.stringify({ model, accession, sequence, numLayers, numHeads });
  return `${head.slice(0, -1)},"maps":[${layers.join(",")}]}`;
}
