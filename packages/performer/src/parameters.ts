/**
 * Every parameter of the model: name, shape and first value, in one table. Initialisation, the
 * parameter count and the check of loaded weights all read it.
 */
import { createStream, type RandomKey, splitKey } from "@performer/random";
import type { ModelConfig } from "@performer/schema";
import { ones, type Tensor, tensor, zeros } from "@tensorflow/tfjs-core";
import { attentionKernels } from "./attention-kernels.ts";
import { type ParameterTree, unflattenTree } from "./parameter-tree.ts";

export interface ParameterShape {
  readonly shape: readonly number[];
  readonly initial: "zeros" | "ones" | { readonly normal: number };
}

/**
 * Flat name → shape and first value. Kernels are [inputs, outputs], N(0, 1 / inputs); the two that
 * write into the residual stream are divided by sqrt(2 numLayers), so that its variance does not
 * grow with depth (Radford et al. 2019). Projections to query, key, value and output have no bias,
 * as in the article's models, unless the config gives them one; those that the mechanism does not use do
 * not exist. The token table is tied with the output, unless the config gives that its own, and starts
 * small: at 1 / sqrt(E) an untrained model would score each input token as its own answer (9.4 nats where ln V is 3.4).
 */
export function parameterShapes(config: ModelConfig): Record<string, ParameterShape> {
  const { embeddingSize: E, feedForwardSize: F, vocabularySize: V, numLayers } = config;
  const kernel = (inputs: number, outputs: number, gain = 1): ParameterShape => ({
    shape: [inputs, outputs],
    initial: { normal: gain / Math.sqrt(inputs) },
  });
  const norm = (name: string): Record<string, ParameterShape> => ({
    [`${name}/scale`]: { shape: [E], initial: "ones" },
    [`${name}/bias`]: { shape: [E], initial: "zeros" },
  });
  const bias = (size: number): ParameterShape => ({ shape: [size], initial: "zeros" });
  const residual = 1 / Math.sqrt(2 * numLayers);
  const projections = (at: string, names: readonly string[], shape: ParameterShape) =>
    Object.fromEntries(
      names.flatMap((name) => [
        [`${at}/${name}/kernel`, shape],
        ...(config.attentionBias ? [[`${at}/${name}/bias`, bias(E)] as const] : []),
      ]),
    ) as Record<string, ParameterShape>;
  const attended = new Set(Object.values(attentionKernels(config.attention)));

  const shapes: Record<string, ParameterShape> = {
    "embedding/token": { shape: [V, E], initial: { normal: 0.02 } },
  };
  if (config.tokenNorm) Object.assign(shapes, norm("embedding/norm"));
  if (config.positions === "learned") {
    shapes["embedding/position"] = { shape: [config.maxLength, E], initial: { normal: 0.02 } };
  }
  for (let layer = 0; layer < numLayers; layer++) {
    const at = `layers/${layer}`;
    Object.assign(shapes, norm(`${at}/attentionNorm`), {
      ...projections(`${at}/attention`, [...attended], kernel(E, E)),
      ...projections(`${at}/attention`, ["output"], kernel(E, E, residual)),
      ...lengthReductions(config, `${at}/attention`),
      ...norm(`${at}/feedForwardNorm`),
      [`${at}/feedForward/inner/kernel`]: kernel(E, F),
      [`${at}/feedForward/inner/bias`]: bias(F),
      [`${at}/feedForward/outer/kernel`]: kernel(F, E, residual),
      [`${at}/feedForward/outer/bias`]: bias(E),
    });
  }
  return Object.assign(
    shapes,
    norm("finalNorm"),
    config.outputHead === "transformed" && {
      "output/dense/kernel": kernel(E, E),
      "output/dense/bias": bias(E),
      ...norm("output/norm"),
    },
    !config.tiedOutput && { "output/table": { shape: [V, E], initial: { normal: 0.02 } } },
    { "output/bias": bias(V) },
    config.contactHead && {
      [`${CONTACT_HEAD}/kernel`]: bias(numLayers * config.numHeads),
      [`${CONTACT_HEAD}/bias`]: bias(1),
    },
  );
}

/** The subtree that reads contacts out of attention maps; `applyModel` does not use it. */
const CONTACT_HEAD = "contacts";

/** Whether a loss over tokens depends on the parameter: the contact head was fitted on structures. */
export function isTrained(name: string): boolean {
  return !name.startsWith(`${CONTACT_HEAD}/`);
}

/**
 * E and F of Linformer, [maxLength, rank], shared by the heads of a layer; N(0, 1 / maxLength) keeps a
 * mixed key on the scale of a key.
 */
function lengthReductions(
  { attention, maxLength }: ModelConfig,
  at: string,
): Record<string, ParameterShape> {
  if (attention.mechanism !== "linformer") return {};
  const matrix: ParameterShape = {
    shape: [maxLength, attention.rank],
    initial: { normal: 1 / Math.sqrt(maxLength) },
  };
  return { [`${at}/keyReduction/kernel`]: matrix, [`${at}/valueReduction/kernel`]: matrix };
}

/** Number of trained scalars; projections are drawn, not trained, and do not count. */
export function countParameters(config: ModelConfig): number {
  return Object.values(parameterShapes(config)).reduce((sum, { shape }) => sum + size(shape), 0);
}

/** First values; each parameter is drawn from its own key, so that none depends on another's size. */
export function initParameters(config: ModelConfig, key: RandomKey): ParameterTree {
  const flat: Record<string, Tensor> = {};
  for (const [name, { shape, initial }] of Object.entries(parameterShapes(config))) {
    flat[name] = firstValue([...shape], initial, splitKey(key, name));
  }
  return unflattenTree(flat);
}

function firstValue(shape: number[], initial: ParameterShape["initial"], key: RandomKey): Tensor {
  if (initial === "zeros") return zeros(shape);
  if (initial === "ones") return ones(shape);
  const stream = createStream(key);
  const values = Float32Array.from({ length: size(shape) }, () => initial.normal * stream.normal());
  return tensor(values, shape);
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
