/** Which parameters make the query, key and value of a layer: a mechanism has none that it does not use. */
import type { AttentionConfig } from "@performer/schema";

/** Name of the kernel that each is made with; one name twice means one tensor for both. */
export interface AttentionKernels {
  readonly query: string;
  readonly key: string;
  readonly value: string;
}

export function attentionKernels({ mechanism }: AttentionConfig): AttentionKernels {
  switch (mechanism) {
    case "identity":
      return { query: "value", key: "value", value: "value" };
    case "lsh":
      return { query: "query", key: "query", value: "value" };
    case "linformer":
    case "favor":
    case "exact":
    case "local":
    case "sparse":
      return { query: "query", key: "key", value: "value" };
    default:
      return mechanism satisfies never;
  }
}
