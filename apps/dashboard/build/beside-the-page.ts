/**
 * What lies beside the built page, so that it can compute without a server: the models that ship, as
 * models/NAME with an index of them, and the bundled sample of proteins. A plugin of vite.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import type { Plugin } from "vite";
import {
  decodeHeader,
  decodeHeaderLength,
  PREFIX_BYTES,
} from "../../../packages/checkpoint/src/safetensors.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const MODELS = join(root, "models");
const SAMPLE = join(root, "data", "sample-valid.fasta.gz");

const MANIFEST = "manifest.json";
const WEIGHTS = "weights.safetensors";
const CARD = "MODEL_CARD.md";

export function besideThePage(): Plugin {
  return {
    name: "performer:beside-the-page",
    apply: "build",
    generateBundle() {
      const emit = (fileName: string, source: string | Uint8Array) =>
        this.emitFile({ type: "asset", fileName, source });
      const names = readdirSync(MODELS, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name);
      for (const name of names) {
        for (const file of [MANIFEST, WEIGHTS, CARD]) {
          emit(`models/${name}/${file}`, readFileSync(join(MODELS, name, file)));
        }
      }
      emit("models/index.json", JSON.stringify({ models: names.map(summarize) }));
      emit("data/sample.fasta", gunzipSync(readFileSync(SAMPLE)));
    },
  };
}

/** What GET /v1/models says of a model that ships. */
function summarize(folder: string) {
  const path = join(MODELS, folder);
  const manifest = JSON.parse(readFileSync(join(path, MANIFEST), "utf8"));
  const set = manifest.exported?.report?.sets.at(-1);
  const scored = set?.parts[0].model;
  const name = `models/${folder}`;
  return {
    name,
    id: name,
    fingerprint: manifest.files[WEIGHTS].sha256,
    shipped: true,
    step: manifest.step,
    createdAt: manifest.createdAt,
    parameterCount: countParameters(readFileSync(join(path, WEIGHTS))),
    config: manifest.model,
    ...(manifest.metrics.validation && { validation: manifest.metrics.validation }),
    ...(scored && {
      figures: {
        set: set.name,
        perplexity: scored.perplexity.mean,
        accuracy: scored.accuracy.mean,
      },
    }),
  };
}

/** Values of all tensors but the projections, which are drawn and not trained. */
function countParameters(file: Uint8Array): number {
  const length = decodeHeaderLength(file.subarray(0, PREFIX_BYTES), file.length);
  const { entries } = decodeHeader(file.subarray(PREFIX_BYTES, PREFIX_BYTES + length), file.length);
  return entries
    .filter(({ name }) => !name.startsWith("projections/"))
    .reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);
}
