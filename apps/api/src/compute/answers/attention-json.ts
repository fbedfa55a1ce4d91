/** Attention maps as JSON: the answer of POST /v1/attention, and the file of `performer attention`. */
import type { AttentionWindow } from "@performer/interpret";
import type { AttentionResponse, ModelConfig } from "@performer/schema";
import { encodeNumbers } from "../../json-numbers.ts";

/** Significant digits. */
const DIGITS = 6;

export interface AttentionAnswer
  extends AttentionWindow,
    Pick<AttentionResponse, "model" | "fingerprint" | "accession" | "sequence"> {
  readonly config: Pick<ModelConfig, "numLayers" | "numHeads">;
}

/** JSON text of an AttentionResponse, a row of numbers at a time. */
export function* encodeAttention({ config, maps, ...answer }: AttentionAnswer): Generator<string> {
  const { numLayers, numHeads } = config;
  const { model, fingerprint, accession, sequence, layers, heads, weights, rows, columns } = answer;
  const head: Omit<AttentionResponse, "maps"> = {
    ...{ model, fingerprint, accession, sequence, numLayers, numHeads },
    ...{ layers: [...layers], heads: [...heads], weights, rows, columns },
  };
  yield `${JSON.stringify(head).slice(0, -1)},"maps":[`;
  for (const [layer, ofHeads] of maps.entries()) {
    yield layer === 0 ? "[" : ",[";
    for (const [at, map] of ofHeads.entries()) {
      yield at === 0 ? "[" : ",[";
      for (let start = 0; start < map.length; start += columns.cells) {
        const row = encodeNumbers(map, start, start + columns.cells, DIGITS).slice(1, -1);
        yield start === 0 ? row : `,${row}`;
      }
      yield "]";
    }
    yield "]";
  }
  yield "]}";
}
