/**
 * Embeddings of many sequences: the final hidden state of each residue and their mean. Sequences are
 * grouped by length and padded to a few bucket lengths, so little is wasted and compiled shapes recur;
 * results come in the order of the input, and a sequence's vectors do not depend on its neighbours.
 */
import type { PerformerModel } from "@performer/performer";
import {
  collateSequences,
  groupByLength,
  type LengthGroup,
  SPECIALS_PER_ROW,
} from "@performer/proteins";
import { type Encoder, eagerEncoder } from "./encoder.ts";
import { createPacer } from "./pacer.ts";
import { assertLengths } from "./sequence-lengths.ts";

interface BatchOptions {
  /** Rows × padded length of one batch at most; a longer sequence goes alone. 8192 without. */
  readonly maxTokens?: number;
}

export interface EmbedOptions extends BatchOptions {
  /** Layers passed, 0 to all; behind all of them, the default, stands the final layer norm. */
  readonly layer?: number | undefined;
}

export interface EmbedLayersOptions extends BatchOptions {
  readonly layers: readonly number[];
}

export interface SequenceEmbedding {
  /** L, residues; bos and eos are excluded. */
  readonly length: number;
  /** [L × E] row-major, after the final layer norm or after the layer that was asked for. */
  readonly residues: Float32Array;
  /** [E], arithmetic mean of `residues` over L. */
  readonly mean: Float32Array;
}

/**
 * @param source a model, computed eagerly, or what computes its hidden states in another way.
 * @param sequences residue ids, without specials.
 * @throws {RangeError} naming the sequence that is empty or longer than the model takes: nothing is cut.
 */
export async function embedSequences(
  source: PerformerModel | Encoder,
  sequences: readonly Uint8Array[],
  { layer, ...options }: EmbedOptions = {},
): Promise<SequenceEmbedding[]> {
  const layers = [layer ?? source.config.numLayers];
  const [embeddings] = await embedLayers(source, sequences, { ...options, layers });
  return embeddings as SequenceEmbedding[];
}

/** As `embedSequences`, for several layers at once: those of each layer, in the order of `layers`. */
export async function embedLayers(
  source: PerformerModel | Encoder,
  sequences: readonly Uint8Array[],
  options: EmbedLayersOptions,
): Promise<SequenceEmbedding[][]> {
  const results = options.layers.map((): SequenceEmbedding[] => new Array(sequences.length));
  for await (const { indices, layers } of embedGroups(source, sequences, options)) {
    for (const [number, embeddings] of layers.entries()) {
      embeddings.forEach((embedding, row) => {
        (results[number] as SequenceEmbedding[])[indices[row] as number] = embedding;
      });
    }
  }
  return results;
}

export interface EmbeddedGroup {
  /** Which of the given sequences it holds. */
  readonly indices: readonly number[];
  /** For each layer that was asked for, their embeddings in the order of `indices`. */
  readonly layers: readonly (readonly SequenceEmbedding[])[];
}

/**
 * As `embedLayers`, batch by batch, so that not all vectors need be there at once. The next batch is
 * computed while the caller reads the present one.
 */
export async function* embedGroups(
  source: PerformerModel | Encoder,
  sequences: readonly Uint8Array[],
  { maxTokens = 8192, layers }: EmbedLayersOptions,
): AsyncGenerator<EmbeddedGroup, void, void> {
  const encoder = "encode" in source ? source : eagerEncoder(source);
  const { maxLength, embeddingSize, numLayers } = encoder.config;
  assertLengths("embedSequences", sequences, maxLength);
  for (const layer of layers) assertLayer(layer, numLayers);
  const groups = groupByLength(
    sequences.map((sequence) => sequence.length + SPECIALS_PER_ROW),
    { maxTokens },
  );
  const begin = (group: LengthGroup | undefined) => {
    if (group === undefined) return undefined;
    const { indices } = group;
    const rows = indices.map((index) => sequences[index] as Uint8Array);
    const length = Math.min(group.length, maxLength);
    const states = encoder.encode(collateSequences(rows, { length }), layers);
    // an error is thrown to who waits for these states, not to the process before that
    states.catch(() => {});
    return { indices, rows, rowSize: length * embeddingSize, states };
  };
  const breathe = createPacer();
  let next = begin(groups[0]);
  for (let number = 1; next !== undefined; number++) {
    const { indices, rows, rowSize, states }: NonNullable<typeof next> = next;
    next = begin(groups[number]);
    const embedded = (await states).map((hidden) =>
      rows.map(({ length }, row) =>
        readRow(hidden.subarray(row * rowSize, (row + 1) * rowSize), length, embeddingSize),
      ),
    );
    yield { indices, layers: embedded };
    await breathe();
  }
}

/** The residues of one row [L × E], which stand after its bos. */
function readRow(states: Float32Array, length: number, E: number): SequenceEmbedding {
  const residues = states.slice(E, (length + 1) * E);
  const sums = new Float64Array(E);
  for (let i = 0; i < residues.length; i++) {
    sums[i % E] = (sums[i % E] as number) + (residues[i] as number);
  }
  return { length, residues, mean: Float32Array.from(sums, (sum) => sum / length) };
}

function assertLayer(layer: number, numLayers: number): void {
  if (Number.isInteger(layer) && layer >= 0 && layer <= numLayers) return;
  throw new RangeError(
    `embedSequences: expected a layer from 0 (the embedded tokens) to ${numLayers} (the last), got ${layer}`,
  );
}
