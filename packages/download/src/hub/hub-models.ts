/** What can be pulled by name, and where it lies on the hub. Revisions are commits: what comes is what was tested. */

/** https://huggingface.co/docs/hub/models-downloading */
export const HUB = "https://huggingface.co/";

export interface HubModel {
  /** Owner and name. */
  readonly repository: string;
  /** A commit. */
  readonly revision: string;
}

export const HUB_MODELS = {
  "esm2-8m": {
    repository: "facebook/esm2_t6_8M_UR50D",
    revision: "c731040fcd8d73dceaa04b0a8e6329b345b0f5df",
  },
  "esm2-35m": {
    repository: "facebook/esm2_t12_35M_UR50D",
    revision: "6fbf070e65b0b7291e7bbcd451118c216cff79d8",
  },
  "esm2-150m": {
    repository: "facebook/esm2_t30_150M_UR50D",
    revision: "a695f6045e2e32885fa60af20c13cb35398ce30c",
  },
  "esm2-650m": {
    repository: "facebook/esm2_t33_650M_UR50D",
    revision: "08e4846e537177426273712802403f7ba8261b6c",
  },
} as const satisfies Record<string, HubModel>;

export type HubModelName = keyof typeof HUB_MODELS;
