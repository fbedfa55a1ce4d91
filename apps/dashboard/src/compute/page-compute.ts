/** Computes in this page: a worker runs the model that lies beside the page. Nothing leaves the machine. */
import type { ModelSummary } from "@performer/schema";
import type { BackendName, ModelPlace, ReadyModel } from "../worker/calls.ts";
import type { Ask, Compute } from "./compute.ts";
import { createWorkerClient } from "./worker-client.ts";

export interface PageCompute extends Compute {
  readonly place: "page";
  /** Fetches and starts a model, and says on what it runs. */
  open(model: string, ask: Ask): Promise<ReadyModel>;
}

/**
 * Query and key of a layer, its features and what the blocks of the model hold come to some 30 kB a
 * residue; with 4 GiB of a WebAssembly memory this is where it ends.
 */
const LONGEST_PROTEIN = 40_000;

/** @param backend null: the best that this browser has. */
export function createPageCompute(backend: BackendName | null): PageCompute {
  const call = createWorkerClient();
  const placeOf = (model: string): ModelPlace => ({ url: modelUrl(model), backend });
  return {
    place: "page",
    open: (model, ask) => call("open", placeOf(model), ask),
    attention: (query, ask) => call("attention", { ...query, ...placeOf(query.model) }, ask),
    mutations: (query, ask) => call("mutations", { ...query, ...placeOf(query.model) }, ask),
    embeddings: (query, ask) => call("embeddings", { ...query, ...placeOf(query.model) }, ask),
    similarity: (query, ask) =>
      call("similarity", { ...query, ...placeOf(query.model), sample: sampleUrl() }, ask),
    longest: ({ config }: ModelSummary) =>
      config.positions === "learned"
        ? { residues: config.maxLength - 2, because: "the model learned no more positions" }
        : { residues: LONGEST_PROTEIN, because: "a browser's memory ends there" },
  };
}

/** The bundled proteins over which attention is collected. */
const sampleUrl = (): string => new URL("data/sample.fasta", document.baseURI).href;

/** Folder of a model that ships, "models/5m", beside the page. */
const modelUrl = (model: string): string => new URL(`${model}/`, document.baseURI).href;
