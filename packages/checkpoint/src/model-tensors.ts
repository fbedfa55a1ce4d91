/** The tensors of a model by their names in a checkpoint, "layers/0/…" and "projections/0", and back. */
import {
  flattenTree,
  type PerformerModel,
  parameterShapes,
  projectionShape,
  unflattenTree,
} from "@performer/performer";
import type { ModelConfig } from "@performer/schema";
import type * as tf from "@tensorflow/tfjs-core";

/** Flat name, for instance "layers/0/attention/query/kernel", to tensor. */
export type NamedTensors = Readonly<Record<string, tf.Tensor>>;

/** Parameters and projections; shared, not copied. */
export function modelTensors({ parameters, projections }: PerformerModel): NamedTensors {
  return { ...flattenTree(parameters), ...namedProjections(projections) };
}

export const namedProjections = (projections: readonly tf.Tensor2D[]): NamedTensors =>
  Object.fromEntries(projections.map((projection, layer) => [`projections/${layer}`, projection]));

/** Layer of a projection's name; undefined of a parameter's. */
export function layerOfProjection(name: string): number | undefined {
  const layer = /^projections\/(\d+)$/.exec(name)?.[1];
  return layer === undefined ? undefined : Number(layer);
}

/** The model of a config on tensors that have its names and shapes. */
export function modelOfTensors(config: ModelConfig, tensors: NamedTensors): PerformerModel {
  const parameters: Record<string, tf.Tensor> = {};
  const projections: tf.Tensor2D[] = [];
  for (const [name, tensor] of Object.entries(tensors)) {
    const layer = layerOfProjection(name);
    if (layer === undefined) parameters[name] = tensor;
    else projections[layer] = tensor as tf.Tensor2D;
  }
  return { config, parameters: unflattenTree(parameters), projections };
}

/** What a model of the config holds. */
export function tensorShapes(config: ModelConfig): Record<string, readonly number[]> {
  const shapes = Object.entries(parameterShapes(config)).map(([name, { shape }]) => [name, shape]);
  const drawn = projectionShape(config);
  const projections = Array.from({ length: drawn === null ? 0 : config.numLayers }, (_, layer) => [
    `projections/${layer}`,
    drawn,
  ]);
  return Object.fromEntries([...shapes, ...projections]);
}
