/** What is compared: a further mechanism is one entry here. */
import type { ModelConfigInput } from "@performer/schema";

export const mechanismNames = [
  "exact",
  "performer-relu",
  "performer-softmax",
  "lsh",
  "linformer",
  "local",
  "sparse",
  "identity",
] as const;
export type MechanismName = (typeof mechanismNames)[number];

interface Sizes {
  /** M of FAVOR+; also the positions that Linformer mixes keys and values into, where there are as many. */
  readonly numFeatures: number;
  /** L */
  readonly length: number;
}

interface Mechanism {
  /** As figures and tables call it. */
  readonly title: string;
  attention(sizes: Sizes): ModelConfigInput["attention"];
}

export const MECHANISMS: Readonly<Record<MechanismName, Mechanism>> = {
  exact: { title: "exact softmax", attention: () => ({ mechanism: "exact" }) },
  "performer-relu": {
    title: "Performer, ReLU",
    attention: ({ numFeatures }) => ({
      mechanism: "favor",
      featureMap: { kind: "relu" },
      numFeatures,
    }),
  },
  "performer-softmax": {
    title: "Performer, softmax",
    attention: ({ numFeatures }) => ({
      mechanism: "favor",
      featureMap: { kind: "softmax-positive" },
      numFeatures,
    }),
  },
  lsh: { title: "LSH (Reformer)", attention: () => ({ mechanism: "lsh" }) },
  linformer: {
    title: "Linformer",
    attention: ({ numFeatures, length }) => ({
      mechanism: "linformer",
      rank: Math.min(numFeatures, length),
    }),
  },
  local: { title: "local window", attention: () => ({ mechanism: "local" }) },
  sparse: { title: "sparse (BigBird)", attention: () => ({ mechanism: "sparse" }) },
  identity: { title: "returns V", attention: () => ({ mechanism: "identity" }) },
};
