/** What is compared: a further mechanism is one entry here. */
import type { ModelConfigInput } from "@performer/schema";

export const mechanismNames = [
  "exact",
  "performer-relu",
  "performer-softmax",
  "local",
  "identity",
] as const;
export type MechanismName = (typeof mechanismNames)[number];

interface Mechanism {
  /** As figures and tables call it. */
  readonly title: string;
  attention(numFeatures: number): ModelConfigInput["attention"];
}

export const MECHANISMS: Readonly<Record<MechanismName, Mechanism>> = {
  exact: { title: "exact softmax", attention: () => ({ mechanism: "exact" }) },
  "performer-relu": {
    title: "Performer, ReLU",
    attention: (numFeatures) => ({
      mechanism: "favor",
      featureMap: { kind: "relu" },
      numFeatures,
    }),
  },
  "performer-softmax": {
    title: "Performer, softmax",
    attention: (numFeatures) => ({
      mechanism: "favor",
      featureMap: { kind: "softmax-positive" },
      numFeatures,
    }),
  },
  local: { title: "local window", attention: () => ({ mechanism: "local" }) },
  identity: { title: "returns V", attention: () => ({ mechanism: "identity" }) },
};
