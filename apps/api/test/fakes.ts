/** Small stand-ins for the ports of the app: a model of two numbers a residue, a run of three lines. */
import type { ModelSummary, RunEvent, RunSummary } from "@performer/schema";
import { ModelConfig } from "@performer/schema";
import { pino } from "pino";
import { type AppDependencies, createApp } from "../src/app.ts";
import type { ModelStore, RunsReader, ServedModel } from "../src/ports.ts";

export const EMBEDDING_SIZE = 2;
const MAX_LENGTH = 64;
/** bos and eos take two of MAX_LENGTH. */
export const MAX_RESIDUES = 62;

export const summary: ModelSummary = {
  name: "demo/step-00000002",
  id: "demo",
  shipped: false,
  step: 2,
  createdAt: "2025-01-01T00:00:00.000Z",
  parameterCount: 10,
  config: ModelConfig.parse({
    maxLength: MAX_LENGTH,
    embeddingSize: EMBEDDING_SIZE,
    numHeads: 1,
    numLayers: 2,
    feedForwardSize: 4,
    attention: { mechanism: "favor" },
  }),
};

/** Counts its calls; a residue's vector is [id, id / 3], a map's value is 1 / L. */
export function fakeModel(): ServedModel & {
  calls: Record<"embed" | "attention" | "similarity", number>;
} {
  const calls = { embed: 0, attention: 0, similarity: 0 };
  return {
    calls,
    summary,
    async embed(sequences) {
      calls.embed++;
      return sequences.map((ids) => {
        const mean = ids.reduce((sum, id) => sum + id, 0) / ids.length;
        return {
          length: ids.length,
          residues: Float32Array.from([...ids].flatMap((id) => [id, id / 3])),
          mean: Float32Array.from([mean, mean / 3]),
        };
      });
    },
    async attention(ids) {
      calls.attention++;
      await new Promise((resolve) => setTimeout(resolve, 20));
      const map = new Float32Array(ids.length ** 2).fill(1 / ids.length);
      return [[map], [map]];
    },
    async similarity() {
      calls.similarity++;
      await new Promise((resolve) => setTimeout(resolve, 20));
      return {
        residues: "ACDEFGHIKLMNPQRSTVWY",
        similarity: [[null]],
        blosum62: [[4]],
        edges: "flat",
        headsKept: 2,
        headsTotal: 2,
        sequences: 1,
        pearson: 0.5,
        spearman: 0.5,
        interval: null,
        mantelP: 0.01,
        embeddingControl: null,
      };
    },
  };
}

export function storeOf(model: ServedModel | undefined): ModelStore {
  return {
    list: async () => (model === undefined ? [] : [model.summary]),
    defaultName: async () => model?.summary.name ?? null,
    async use(job, asked) {
      if (model === undefined) return undefined;
      const { id, name } = model.summary;
      return asked === undefined || asked === id || asked === name ? job(model) : "unknown";
    },
  };
}

const time = "2025-01-01T00:00:00.000Z";
const baseline = { perplexity: 18, accuracy: 0.1 };
export const runEvents: readonly RunEvent[] = [
  {
    type: "start",
    step: 0,
    time,
    totalSteps: 2,
    parameterCount: 10,
    backend: "cpu",
    resumedFrom: 0,
    baseline,
  },
  { type: "checkpoint", step: 2, time, name: "step-00000002" },
  { type: "end", step: 2, time, reason: "finished" },
];
const runSummary: RunSummary = {
  id: "demo",
  status: "finished",
  step: 2,
  totalSteps: 2,
  startedAt: time,
  updatedAt: time,
  baseline,
};

/** Knows the finished run "demo". */
export const fakeRuns: RunsReader = {
  list: async () => [runSummary],
  async follow(id, { afterLine }) {
    if (id !== "demo") return "unknown";
    if (afterLine === runEvents.length) return "ended";
    return (async function* () {
      yield* runEvents.map((event, i) => ({ line: i + 1, event })).slice(afterLine);
    })();
  },
};

export function fakeApp(overrides: Partial<AppDependencies> = {}) {
  return createApp({
    models: storeOf(fakeModel()),
    runs: fakeRuns,
    anchors: [{ accession: "P00974", name: "BPT1_BOVIN", sequence: "MKMSRLCLSV" }],
    backend: "fake",
    logger: pino({ level: "silent" }),
    signal: new AbortController().signal,
    ...overrides,
  });
}
