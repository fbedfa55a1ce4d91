/**
 * The optimiser of a run: clip, Adam, decoupled weight decay (Loshchilov and Hutter, 2019), rate.
 * Where `weightDecay` is 0 this is plain Adam.
 */
import type { OptimizerConfig } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";
import { scaleByAdam } from "./adam.ts";
import { clipByGlobalNorm } from "./gradient-clip.ts";
import { chain, type GradientTransform, stateless } from "./transform.ts";

/** Updates are what is added to the parameters: -rate · (Adam's direction + weightDecay · parameter). */
export function createAdamW(
  config: Pick<OptimizerConfig, "beta1" | "beta2" | "epsilon" | "weightDecay" | "gradientClip">,
): GradientTransform {
  return chain(
    clipByGlobalNorm(config.gradientClip),
    scaleByAdam(config),
    addDecayedWeights(config.weightDecay),
    stateless((update, _parameter, { learningRate }) => tf.mul(update, -learningRate)),
  );
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
