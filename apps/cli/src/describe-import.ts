/** What was imported, in a line or two for people. */
import { countParameters } from "@performer/performer";
import type { ImportedModel } from "@performer/training";

export function describeImport({ manifest, leftOut }: ImportedModel): string {
  const { model } = manifest;
  const lines = [
    `${countParameters(model).toLocaleString("en")} parameters, ${model.numLayers} layers × ${model.numHeads} heads, up to ${(model.maxLength - 2).toLocaleString("en")} residues${model.contactHead ? ", with contact head" : ""}`,
    ...(leftOut.length > 0
      ? [
          `Left out, since the model has no place for it: ${leftOut.slice(0, 5).join(", ")}${leftOut.length > 5 ? " …" : ""}`,
        ]
      : []),
  ];
  return lines.map((line) => `${line}\n`).join("");
}
