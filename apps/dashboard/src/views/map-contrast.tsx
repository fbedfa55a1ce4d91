/**
 * The model's weights beside softmax attention of the same queries and keys. For softmax features that is
 * what they approximate, and the difference is their error. Other kernels (ReLU) approximate nothing:
 * there it is a contrast, and the page says so.
 */
import type { AttentionConfig, AttentionWeights } from "@performer/schema";
import { differenceOf, type HeadCells } from "../model/map-reading.ts";
import { RadioGroup } from "../parts/radio-group.tsx";
import type { LargeMapProps } from "./large-map.tsx";

export type MapContrast = AttentionWeights | "difference";

/** The cells of a contrast from those of its weights. */
export async function contrastOf(
  contrast: MapContrast,
  read: (weights: AttentionWeights) => Promise<HeadCells>,
): Promise<HeadCells> {
  switch (contrast) {
    case "model":
    case "softmax":
      return read(contrast);
    case "difference":
      return differenceOf(await read("model"), await read("softmax"));
    default:
      return contrast satisfies never;
  }
}

/** Whole rows of softmax are computed; a longer protein would take minutes. */
const LONGEST_SOFTMAX = 4096;

interface WeightsChoiceProps extends Pick<LargeMapProps, "protein" | "model"> {
  readonly contrast: MapContrast;
  readonly onContrast: (contrast: MapContrast) => void;
}

export function WeightsChoice({ protein, model, contrast, onContrast }: WeightsChoiceProps) {
  const { attention } = model.config;
  if (attention.mechanism !== "favor") return null;
  const approximates = isSoftmaxKernel(attention);
  if (protein.sequence.length > LONGEST_SOFTMAX) {
    return (
      <p class="muted map-note">
        Softmax is compared up to {LONGEST_SOFTMAX.toLocaleString("en")} residues.
      </p>
    );
  }
  const labels: Readonly<Record<MapContrast, string>> = {
    model: "Model",
    softmax: "Softmax of the same q, k",
    difference: approximates ? "Error" : "Difference",
  };
  return (
    <>
      <RadioGroup
        look="segments"
        legend="Weights"
        legendLook="visually-hidden"
        name="weights"
        labels={labels}
        chosen={contrast}
        onChoose={onContrast}
      />
      {contrast !== "model" && (
        <p class="muted map-note">
          {approximates
            ? "These features approximate softmax attention: the difference is the error of the approximation."
            : "A contrast, not an error: this model's kernel is learned as it is and does not approximate softmax of its queries and keys."}
        </p>
      )}
    </>
  );
}

function isSoftmaxKernel(attention: Extract<AttentionConfig, { mechanism: "favor" }>): boolean {
  return attention.featureMap.kind.startsWith("softmax");
}
