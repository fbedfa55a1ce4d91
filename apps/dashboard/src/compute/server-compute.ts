/** Computes on the server: the routes of apps/api, long questions in pieces so that they show progress. */
import { MAX_SEQUENCES_PER_REQUEST, type ModelSummary } from "@performer/schema";
import { fetchAttention, fetchEmbeddings, fetchMutations, fetchSimilarity } from "../api.ts";
import type { Compute, ResidueRange } from "./compute.ts";

/** Hidden positions of one request: each is a pass of the model. */
const POSITIONS_PER_REQUEST = 64;
/** Proteins of one request: an answer a few seconds. */
const SEQUENCES_PER_REQUEST = Math.min(16, MAX_SEQUENCES_PER_REQUEST);
/** bos and eos. */
const SPECIALS = 2;

export const serverCompute: Compute = {
  place: "server",

  async attention({ model, sequence, layers, heads, rows, columns, maxSize, weights }, { signal }) {
    const block = { rows: pair(rows), columns: pair(columns) };
    const question = {
      model,
      sequence,
      block,
      maxSize,
      weights,
      ...(layers && { layers: [...layers] }),
      ...(heads && { heads: [...heads] }),
    };
    const answer = await fetchAttention(question, signal);
    return {
      model,
      layers: answer.layers,
      rows: answer.rows,
      columns: answer.columns,
      maps: answer.maps,
    };
  },

  async mutations({ model, sequence, method }, { signal, onProgress }) {
    const total = sequence.length;
    const step = method === "single-pass" ? total : POSITIONS_PER_REQUEST;
    const scores: (readonly number[])[] = [];
    let residues = "";
    for (let start = 0; start < total; start += step) {
      const count = Math.min(step, total - start);
      const positions = Array.from({ length: count }, (_, index) => start + index);
      const answer = await fetchMutations({ model, sequence, method, positions }, signal);
      scores.push(...answer.scores);
      residues = answer.residues;
      onProgress?.({ what: "positions", done: scores.length, total });
    }
    return { model, method, residues, scores };
  },

  async embeddings({ model, sequences }, { signal, onProgress }) {
    const total = sequences.length;
    const means: (readonly number[])[] = [];
    for (let start = 0; start < total; start += SEQUENCES_PER_REQUEST) {
      const part = sequences.slice(start, start + SEQUENCES_PER_REQUEST);
      const { embeddings } = await fetchEmbeddings(
        { model, sequences: [...part], include: "mean" },
        signal,
      );
      means.push(...embeddings.map(({ mean = [] }) => mean));
      onProgress?.({ what: "proteins", done: means.length, total });
    }
    return { model, means };
  },

  /** Of all layers together: the server keeps one answer a checkpoint. */
  similarity: ({ model }, { signal }) => fetchSimilarity(model, signal),

  longest: ({ config }: ModelSummary) => ({
    residues: config.maxLength - SPECIALS,
    because: `the server takes what the model was made for, ${config.maxLength} tokens`,
  }),
};

const pair = ({ from, to }: ResidueRange): [number, number] => [from, to];
