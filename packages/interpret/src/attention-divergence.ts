/**
 * How far one attention is from another under the same weights, layer by layer and head by head: what to
 * look at before a transferred model is trained on. Two views, since a layer's own error and what it
 * inherits have different remedies (more features; fine-tuning).
 */
import {
  type AttentionState,
  applyModel,
  attention,
  type PerformerModel,
} from "@performer/performer";
import { collateSequences, SPECIALS_PER_ROW } from "@performer/proteins";
import * as tf from "@tensorflow/tfjs-core";
import { createPacer } from "./pacer.ts";

/** Relative errors ‖o' − o‖ / ‖o‖ of a layer's attention outputs, over all residues and specials. */
export interface LayerDivergence {
  readonly layer: number;
  /** Both attentions on the source's query, key and value: the error that is made in this layer. */
  readonly own: number;
  /** [H] of `own`. */
  readonly heads: readonly number[];
  /** The target on its own query, key and value: with what the layers below did to its input. */
  readonly accumulated: number;
}

/**
 * Of `target` from `source`, two models that differ in their attention alone.
 * @param sequences residue ids, without specials; each goes through by itself.
 * @throws {RangeError} where there is no sequence, the models' sizes differ, or a sequence is too long.
 */
export async function attentionDivergence(
  source: PerformerModel,
  target: PerformerModel,
  sequences: readonly Uint8Array[],
): Promise<LayerDivergence[]> {
  assertComparable(source, target, sequences);
  const { numLayers, numHeads } = source.config;
  const total = new Float64Array(numLayers * numHeads * SUMS);
  const breathe = createPacer();
  for (const sequence of sequences) {
    const sums = tf.tidy(() => squaredSums(source, target, sequence)); // [layers, H, 3]
    for (const [i, value] of (await sums.data<"float32">()).entries()) total[i]! += value;
    sums.dispose();
    await breathe();
  }
  return Array.from({ length: numLayers }, (_, layer) => layerDivergence(total, layer, numHeads));
}

/** Squared norms of the source's output, of the own error and of the accumulated error. */
const SUMS = 3;

/** [layers, H, 3] of one sequence. */
function squaredSums(source: PerformerModel, target: PerformerModel, sequence: Uint8Array) {
  const L = sequence.length + SPECIALS_PER_ROW;
  const { tokens } = collateSequences([sequence], { length: L });
  const ids = tf.tensor2d(tokens, [1, L], "int32");
  const own: tf.Tensor[] = [];
  const outputs: tf.Tensor4D[] = [];
  observe(source, ids, (layer, state) => {
    const output = attend(source, layer, state);
    outputs[layer] = tf.keep(output);
    own[layer] = tf.keep(squaredByHead(tf.sub(attend(target, layer, state), output)));
  });
  const accumulated: tf.Tensor[] = [];
  observe(target, ids, (layer, state) => {
    const error = tf.sub<tf.Tensor4D>(attend(target, layer, state), outputs[layer] as tf.Tensor4D);
    accumulated[layer] = tf.keep(squaredByHead(error));
  });
  const sums = tf.stack(
    outputs.map((output, layer) =>
      tf.stack([squaredByHead(output), own[layer]!, accumulated[layer]!], -1),
    ),
  );
  tf.dispose([own, outputs, accumulated]);
  return sums;
}

function observe(
  model: PerformerModel,
  tokens: tf.Tensor2D,
  see: (layer: number, state: AttentionState) => void,
): void {
  tf.tidy(() => {
    applyModel(model, { tokens }, { observe: see });
  });
}

/** [1, L, H, D] */
function attend(
  { config, projections }: PerformerModel,
  layer: number,
  { query, key, value }: AttentionState,
): tf.Tensor4D {
  return attention(query, key, value, {
    config: config.attention,
    direction: config.direction,
    projection: projections[layer],
  });
}

/** [1, L, H, D] → [H] */
const squaredByHead = (x: tf.Tensor): tf.Tensor => tf.sum(tf.square(x), [0, 1, 3]);

function layerDivergence(total: Float64Array, layer: number, numHeads: number): LayerDivergence {
  const sumOf = (head: number, kind: number) =>
    total[(layer * numHeads + head) * SUMS + kind] as number;
  const heads = Array.from({ length: numHeads }, (_, head) => head);
  const relative = (kind: number, of: readonly number[]) => {
    const squared = (which: number) => of.reduce((sum, head) => sum + sumOf(head, which), 0);
    return Math.sqrt(squared(kind) / squared(0));
  };
  return {
    layer,
    own: relative(1, heads),
    heads: heads.map((head) => relative(1, [head])),
    accumulated: relative(2, heads),
  };
}

function assertComparable(
  source: PerformerModel,
  target: PerformerModel,
  sequences: readonly Uint8Array[],
): void {
  if (sequences.length === 0) {
    throw new RangeError(
      "attentionDivergence: expected at least one sequence, got none; is the file empty?",
    );
  }
  for (const field of ["embeddingSize", "numHeads", "numLayers", "direction"] as const) {
    if (source.config[field] !== target.config[field]) {
      throw new RangeError(
        `attentionDivergence: expected models that differ in their attention alone, got ${field} ${source.config[field]} and ${target.config[field]}; make the target with transferModel`,
      );
    }
  }
}
