/** A model in float16, and what the rounding does to its predictions. */

import {
  layerOfProjection,
  modelOfTensors,
  modelTensors,
  narrowHalf,
  widenHalf,
} from "@performer/checkpoint";
import { applyModel, type PerformerModel } from "@performer/performer";
import { collateSequences, SPECIALS_PER_ROW } from "@performer/proteins";
import type { ExportedModel } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";
import type { HostTensor } from "../checkpoint/safetensors-file.ts";
import { yieldToEventLoop } from "../event-loop.ts";
import type { NamedTensors } from "../optimizer/transform.ts";

/** What a file of the model in float16 holds. Projections stay float32: they are few, and drawn. */
export function halfTensors(model: PerformerModel): Record<string, HostTensor> {
  const entries = Object.entries(modelTensors(model)).map(([name, tensor]) => {
    const { shape } = tensor;
    const values = () => tensor.data<"float32">();
    const host: HostTensor = isRounded(name)
      ? { dtype: "F16", shape, read: async () => narrow(name, await values()) }
      : { dtype: "F32", shape, read: values };
    return [name, host] as const;
  });
  return Object.fromEntries(entries);
}

/** The model as it comes back from such a file; the caller's to dispose of. */
export async function roundModel(model: PerformerModel): Promise<PerformerModel> {
  const rounded: Record<string, tf.Tensor> = {};
  for (const [name, tensor] of Object.entries(modelTensors(model) satisfies NamedTensors)) {
    const values = await tensor.data<"float32">();
    const kept = isRounded(name) ? Float32Array.from(narrow(name, values), widenHalf) : values;
    rounded[name] = tf.tensor(kept, tensor.shape);
  }
  return modelOfTensors(model.config, rounded);
}

const isRounded = (name: string) => layerOfProjection(name) === undefined;

/** @throws {RangeError} where a value lies outside binary16. */
function narrow(name: string, values: Float32Array): Uint16Array {
  return Uint16Array.from(values, (value) => {
    const bits = narrowHalf(value);
    if ((bits & 0x7c00) === 0x7c00) {
      throw new RangeError(
        `exportModel: expected values of "${name}" within ±65504, got ${value}; float16 cannot hold this model: did its training diverge?`,
      );
    }
    return bits;
  });
}

/**
 * How far two models of one config are apart, over every residue of the sequences.
 * @param sequences residue ids, without specials; each goes through by itself.
 * @throws {RangeError} where there is none, or one is longer than the models take.
 */
export async function compareModels(
  model: PerformerModel,
  other: PerformerModel,
  sequences: readonly Uint8Array[],
): Promise<ExportedModel["rounding"]> {
  if (sequences.length === 0) {
    throw new RangeError(
      "compareModels: expected at least one sequence, got none; is the file empty?",
    );
  }
  let [difference, size, largest] = [0, 0, 0];
  for (const sequence of sequences) {
    const numbers = tf.tidy(() => {
      const [a, b] = [model, other].map((each) => residueLogits(each, sequence)) as [
        tf.Tensor2D,
        tf.Tensor2D,
      ];
      return tf.stack([
        tf.sum(tf.squaredDifference(a, b)),
        tf.sum(tf.square(a)),
        tf.max(tf.abs(tf.sub(tf.logSoftmax(a), tf.logSoftmax(b)))),
      ]);
    });
    const [squaredDifference = Number.NaN, square = Number.NaN, most = Number.NaN] =
      await numbers.data<"float32">();
    numbers.dispose();
    difference += squaredDifference;
    size += square;
    largest = Math.max(largest, most);
    await yieldToEventLoop();
  }
  return { sequences: sequences.length, relative: Math.sqrt(difference / size), largest };
}

/** [residues, V] */
function residueLogits(model: PerformerModel, sequence: Uint8Array): tf.Tensor2D {
  const length = sequence.length + SPECIALS_PER_ROW;
  const { tokens } = collateSequences([sequence], { length });
  const { logits } = applyModel(model, { tokens: tf.tensor2d(tokens, [1, length], "int32") });
  return tf.slice(tf.squeeze<tf.Tensor2D>(logits, [0]), [1, 0], [sequence.length, -1]);
}
