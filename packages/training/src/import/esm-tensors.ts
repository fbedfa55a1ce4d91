/**
 * Where each parameter of an imported ESM-2 lies in its files. Names differ between the files on the hub
 * and those that transformers 5 writes; what neither spelling names and nobody needs is listed too.
 */
import { ESM_FILE_ROWS } from "@performer/proteins";

/** How the values of a file become those of a parameter. */
export type Layout = "same" | "transposed" | "token-rows";

export interface TensorSource {
  /** The tensor's name in the file. */
  readonly name: string;
  readonly layout: Layout;
}

/** Parameter → module of transformers' EsmForMaskedLM, for those outside the layers. */
const OUTSIDE: Readonly<Record<string, TensorSource>> = {
  "embedding/token": { name: "esm.embeddings.word_embeddings.weight", layout: "token-rows" },
  "embedding/norm/scale": { name: "esm.embeddings.layer_norm.weight", layout: "same" },
  "embedding/norm/bias": { name: "esm.embeddings.layer_norm.bias", layout: "same" },
  "finalNorm/scale": { name: "esm.encoder.emb_layer_norm_after.weight", layout: "same" },
  "finalNorm/bias": { name: "esm.encoder.emb_layer_norm_after.bias", layout: "same" },
  "output/dense/kernel": { name: "lm_head.dense.weight", layout: "transposed" },
  "output/dense/bias": { name: "lm_head.dense.bias", layout: "same" },
  "output/norm/scale": { name: "lm_head.layer_norm.weight", layout: "same" },
  "output/norm/bias": { name: "lm_head.layer_norm.bias", layout: "same" },
  "output/table": { name: "lm_head.decoder.weight", layout: "token-rows" },
  "output/bias": { name: "lm_head.bias", layout: "token-rows" },
  "contacts/kernel": { name: "esm.contact_head.regression.weight", layout: "same" },
  "contacts/bias": { name: "esm.contact_head.regression.bias", layout: "same" },
};

/** The same within a layer; each has a kernel (there: weight) and a bias, or a scale and a bias. */
const IN_LAYER: Readonly<Record<string, string>> = {
  attentionNorm: "attention.LayerNorm",
  "attention/query": "attention.self.query",
  "attention/key": "attention.self.key",
  "attention/value": "attention.self.value",
  "attention/output": "attention.output.dense",
  feedForwardNorm: "LayerNorm",
  "feedForward/inner": "intermediate.dense",
  "feedForward/outer": "output.dense",
};

/** @throws {RangeError} for a parameter that no ESM-2 has. */
export function sourceOf(parameter: string): TensorSource {
  const outside = OUTSIDE[parameter];
  if (outside !== undefined) return outside;
  const [, layer, module = "", kind = ""] =
    /^layers\/(\d+)\/(.+)\/(kernel|scale|bias)$/.exec(parameter) ?? [];
  const theirs = IN_LAYER[module];
  if (theirs === undefined) throw new RangeError(`sourceOf: no ESM-2 has a "${parameter}"`);
  return {
    name: `esm.encoder.layer.${layer}.${theirs}.${kind === "bias" ? "bias" : "weight"}`,
    layout: kind === "kernel" ? "transposed" : "same",
  };
}

/** The one spelling that `sourceOf` uses: transformers 5 writes gamma and beta, and EsmModel has no prefix. */
export function usualName(stored: string): string {
  const whole = /^(lm_head|esm|classifier)\./.test(stored) ? stored : `esm.${stored}`;
  return whole
    .replace(/LayerNorm\.gamma$/, "LayerNorm.weight")
    .replace(/LayerNorm\.beta$/, "LayerNorm.bias");
}

/** Frequencies of the rotary positions: of the model, or of each layer, all alike. */
export const isFrequencies = (name: string): boolean => /rotary_embeddings\.inv_freq$/.test(name);

/** Tensors that the hidden states, token scores and contacts of a rotary model do not depend on. */
export const isUnused = (name: string): boolean =>
  /^esm\.embeddings\.position_(ids|embeddings\.weight)$/.test(name) || /^esm\.pooler\./.test(name);

/** Values of a tensor [rows, columns] of a file in the order of a parameter. */
export function arrange(
  values: Float32Array,
  layout: Layout,
  [rows = 1, columns = 1]: readonly number[],
): Float32Array {
  switch (layout) {
    case "same":
      return values;
    case "transposed":
      return Float32Array.from(
        { length: values.length },
        (_, i) => values[(i % rows) * columns + Math.floor(i / rows)] as number,
      );
    case "token-rows":
      return Float32Array.from(
        { length: values.length },
        (_, i) =>
          values[
            (ESM_FILE_ROWS[Math.floor(i / columns)] as number) * columns + (i % columns)
          ] as number,
      );
    default:
      return layout satisfies never;
  }
}
