/**
 * The optimiser of a run: clip, Adam's or Muon's direction, decoupled weight decay (Loshchilov and
 * Hutter, 2019), rate. With Adam everywhere and a `weightDecay` of 0 this is plain Adam.
 */
import type { OptimizerConfig } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";
import { scaleByAdam } from "./adam.ts";
import { clipByGlobalNorm } from "./gradient-clip.ts";
import { scaleByMuon } from "./muon.ts";
import { chain, type GradientTransform, partition, stateless } from "./transform.ts";

/** Updates are what is added to the parameters: -rate · (direction + weightDecay · parameter). */
export function createOptimizer(
  config: Omit<OptimizerConfig, "learningRate" | "warmupSteps" | "schedule" | "finalShare">,
): GradientTransform {
  const { kind, momentum, gradientClip, weightDecay } = config;
  const adam = scaleByAdam(config);
  return chain(
    clipByGlobalNorm(gradientClip),
    kind === "muon" ? partition(isLayerKernel, scaleByMuon(momentum), adam) : adam,
    addDecayedWeights(weightDecay),
    stateless((update, _parameter, { learningRate }) => tf.mul(update, -learningRate)),
  );
}

/**
 * What Muon takes: the kernels inside the layers. Tables of tokens and positions are looked up, not
 * multiplied by a dense input, and stay with Adam, as do vectors.
 */
export function isLayerKernel(name: string, shape: readonly number[]): boolean {
  return name.startsWith("layers/") && shape.length === 2;
}

/**
 * Adds weightDecay · parameter to each update of a parameter that decays. Biases and the gains of
 * layer norms are the vectors of the model and do not: pulling them to zero shrinks no weight
 * matrix, it only moves the working point.
 */
function addDecayedWeights(weightDecay: number): GradientTransform {
  return stateless((update, parameter) =>
    weightDecay > 0 && isDecayed(parameter)
      ? tf.add(update, tf.mul(parameter, weightDecay))
      : update,
  );
}

/** Kernels and embeddings (rank 2 and more) decay; vectors do not. */
export function isDecayed(parameter: tf.Tensor): boolean {
  return parameter.rank >= 2;
}
