/** Small stand-ins for the ports of the app: a model of two numbers a residue, a run of three lines. */

import { describeWindow } from "@performer/interpret";
import type { ModelSummary, RunEvent, RunSummary } from "@performer/schema";
import { ModelConfig } from "@performer/schema";
import { pino } from "pino";
import { type AppDependencies, createApp } from "../src/app.ts";
import { answerJob } from "../src/compute/answer-job.ts";
import type { ModelReader } from "../src/compute/model-reader.ts";
import type { ModelStore, RunsReader } from "../src/ports.ts";

export const EMBEDDING_SIZE = 2;
const MAX_LENGTH = 64;
/** bos and eos take two of MAX_LENGTH. */
export const MAX_RESIDUES = 62;

export const summary: ModelSummary = {
  name: "demo/step-00000002",
  id: "demo",
  fingerprint: "f".repeat(64),
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

/**
 * Counts its calls; a residue's vector is [id, id / 3] plus the layer below the last, a map's value is
 * 1 / L, a token's score is its id, and drawn sequences are all alanine.
 */
export function fakeModel(overrides: Partial<ModelReader> = {}): ModelReader & {
  calls: Record<"embed" | "attention" | "similarity", number>;
} {
  const calls = { embed: 0, attention: 0, similarity: 0 };
  return {
    calls,
    summary,
    async embed(sequences, layer) {
      calls.embed++;
      const missing = summary.config.numLayers - layer;
      return sequences.map((ids) => {
        const mean = ids.reduce((sum, id) => sum + id, 0) / ids.length + missing;
        return {
          length: ids.length,
          residues: Float32Array.from([...ids].flatMap((id) => [id + missing, id / 3])),
          mean: Float32Array.from([mean, (mean - missing) / 3]),
        };
      });
    },
    logits: async (sequences) =>
      sequences.map((ids) => Float32Array.from({ length: 29 * ids.length }, (_, i) => i % 29)),
    async *mutations(sequence, { positions }) {
      for (const position of positions) {
        const wildType = sequence[position] as number;
        const scores = Float32Array.from({ length: 20 }, (_, residue) => residue - wildType);
        yield { position, wildType, wildTypeLogProb: 0, scores };
      }
    },
    async *generate({ count, maxTokens }) {
      for (let index = 0; index < count; index++) {
        yield { type: "step", drawn: index };
        yield { type: "sequence", index, tokens: Array(maxTokens).fill(0), endedBy: "length" };
      }
    },
    async attention(ids, options) {
      calls.attention++;
      await new Promise((resolve) => setTimeout(resolve, 20));
      const window = describeWindow(summary.config, ids.length, options);
      const size = window.rows.cells * window.columns.cells;
      const map = new Float32Array(size).fill(1 / ids.length);
      return { ...window, maps: window.layers.map(() => window.heads.map(() => map)) };
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
    ...overrides,
  };
}

/** The one model of a store, asked in this process. */
export function storeOf(model: ModelReader | undefined): ModelStore {
  const isCalled = (asked: string) => asked === model?.summary.id || asked === model?.summary.name;
  return {
    details: async (asked) =>
      model && isCalled(asked) ? { ...model.summary, card: "# A model" } : undefined,
    list: async () => (model === undefined ? [] : [model.summary]),
    defaultName: async () => model?.summary.name ?? null,
    async use(job, asked) {
      if (model === undefined) return undefined;
      if (asked !== undefined && !isCalled(asked)) return "unknown";
      return job({
        summary: model.summary,
        answer: (question, signal) => answerJob(model, question, signal),
      });
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
    version: "1.2.3",
    logger: pino({ level: "silent" }),
    signal: new AbortController().signal,
    ...overrides,
  });
}
