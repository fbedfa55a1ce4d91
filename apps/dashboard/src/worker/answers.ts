/** What the worker computes, call by call, on the model that is open. */
import {
  compareWithBlosum,
  embedSequences,
  mutationScores,
  openAttention,
  type ReceivedAttention,
  receivedInLayer,
} from "@performer/interpret";
import type { PerformerModel } from "@performer/performer";
import { encodeSequence, SPECIALS_PER_ROW, STANDARD_RESIDUES } from "@performer/proteins";
import { randomKey } from "@performer/random";
import type { MapSide } from "@performer/schema";
import type { Ask, ResidueRange } from "../compute/compute.ts";
import type { CallName, Calls, ModelPlace } from "./calls.ts";
import { type OpenModel, openModel } from "./open-model.ts";
import { collectOverSample, edgesOf, embeddingControl } from "./sample-attention.ts";

type Answers = {
  [Name in CallName]: (
    question: Calls[Name]["question"],
    ask: Ask,
  ) => Promise<Calls[Name]["answer"]>;
};

/** One model at a time, and the attention of the protein that was looked at last. */
export function createAnswers(): Answers {
  let opened: OpenModel | undefined;
  let collected: { readonly fingerprint: string; readonly received: ReceivedAttention } | undefined;
  let looked: { readonly sequence: string; readonly reader: Reader } | undefined;

  const forget = () => {
    looked?.reader.dispose();
    looked = undefined;
  };
  const modelAt = async (place: ModelPlace, ask: Ask): Promise<OpenModel> => {
    const { url, backend } = place;
    if (opened && opened.place.url === url && opened.place.backend === backend) return opened;
    forget();
    // tensors of another model go with its backend
    opened = undefined;
    opened = await openModel({ url, backend }, ask);
    return opened;
  };
  const readerOf = (model: PerformerModel, sequence: string): Reader => {
    if (looked?.sequence === sequence) return looked.reader;
    forget();
    const residues = encodeSequence(sequence);
    looked = { sequence, reader: openAttention(fitted(model, residues.length), residues) };
    return looked.reader;
  };

  return {
    async open(place, ask) {
      const { backend, passedOver } = await modelAt(place, ask);
      return { backend, passedOver };
    },
    async attention(query, ask) {
      const { model } = await modelAt(query, ask);
      const { signal, onProgress } = ask;
      const reader = readerOf(model, query.sequence);
      const layers = query.layers ?? countTo(model.config.numLayers);
      const heads = query.heads ?? countTo(model.config.numHeads);
      const rows = side(query.rows, query.maxSize);
      const columns = side(query.columns, query.maxSize);
      const maps: Float32Array[][] = [];
      for (const layer of layers) {
        signal.throwIfAborted();
        const read = reader.read({ layer, rows, columns, weights: query.weights });
        const values = await read.data<"float32">();
        read.dispose();
        const size = rows.cells * columns.cells;
        maps.push(heads.map((head) => values.slice(head * size, (head + 1) * size)));
        onProgress?.({ what: "layers", done: maps.length, total: layers.length });
      }
      return { model: query.model, layers, rows, columns, maps };
    },
    async mutations(query, ask) {
      const { model } = await modelAt(query, ask);
      const residues = encodeSequence(query.sequence);
      const { method } = query;
      const scores: Float32Array[] = [];
      const options = { method, maxTokens: MASKED_TOKENS };
      for await (const position of mutationScores(
        fitted(model, residues.length),
        residues,
        options,
      )) {
        ask.signal.throwIfAborted();
        scores[position.position] = position.scores;
        ask.onProgress?.({ what: "positions", done: scores.length, total: residues.length });
      }
      return { model: query.model, method, residues: STANDARD_RESIDUES, scores };
    },
    async similarity({ model: name, layer, sample, ...place }, ask) {
      const { model, fingerprint } = await modelAt(place, ask);
      if (collected?.fingerprint !== fingerprint) {
        collected = { fingerprint, received: await collectOverSample(model, sample, ask) };
      }
      const { received } = collected;
      const chosen =
        layer === null ? received : receivedInLayer(received, layer, model.config.numHeads);
      return {
        model: name,
        fingerprint,
        edges: edgesOf(model),
        ...(await compareWithBlosum(chosen, { key: randomKey(SIMILARITY_SEED) })),
        embeddingControl: await embeddingControl(model),
      };
    },
    async embeddings(query, ask) {
      const { model } = await modelAt(query, ask);
      const means: Float32Array[] = [];
      for (const sequence of query.sequences) {
        ask.signal.throwIfAborted();
        const residues = encodeSequence(sequence);
        const [embedding] = await embedSequences(fitted(model, residues.length), [residues]);
        if (embedding) means.push(embedding.mean);
        ask.onProgress?.({ what: "proteins", done: means.length, total: query.sequences.length });
      }
      return { model: query.model, means };
    },
  };
}

/** Of the permutation test and the bootstrap. */
const SIMILARITY_SEED = 0;

/** Tokens of a batch of hidden positions: small ones show progress and let a cancel through. */
const MASKED_TOKENS = 2048;

const countTo = (end: number): number[] => Array.from({ length: end }, (_, index) => index);

type Reader = ReturnType<typeof openAttention>;

const side = ({ from, to }: ResidueRange, maxSize: number): MapSide => ({
  from,
  to,
  cells: Math.min(to - from, maxSize),
});

/**
 * The model for sequences longer than those that it was trained on: positions that are computed, not
 * learned, go on. The page says so where it shows the result.
 */
function fitted(model: PerformerModel, length: number): PerformerModel {
  const { config } = model;
  const needed = length + SPECIALS_PER_ROW;
  if (needed <= config.maxLength || config.positions === "learned") return model;
  return { ...model, config: { ...config, maxLength: needed } };
}
