/**
 * The same weights under another attention (paper, section 4.3: backward compatibility with pretrained
 * models). Exact attention and FAVOR+ have the same parameters, so weights go over unchanged, bit by
 * bit; only what is drawn is new. What that does to the outputs is a question for measurement.
 */
import type { RandomKey } from "@performer/random";
import { type AttentionConfig, ModelConfig, parseWith } from "@performer/schema";
import { clone } from "@tensorflow/tfjs-core";
import type { PerformerModel } from "./model.ts";
import { flattenTree, unflattenTree } from "./parameter-tree.ts";
import { parameterShapes } from "./parameters.ts";
import { drawProjections } from "./projection.ts";

export interface TransferOptions {
  /** Longest sequence of the new model, where positions have no table. Default: the source's. */
  readonly maxLength?: number | undefined;
}

/**
 * `source` with `attention` in place of its own; free it with `disposeModel`, apart from the source.
 * @param key of the projections.
 * @throws {SchemaError} where the attention does not fit the model.
 * @throws {RangeError} where the two kinds of attention do not have the same parameters, or a table of
 *   positions is too short.
 */
export function transferModel(
  source: PerformerModel,
  attention: AttentionConfig,
  key: RandomKey,
  { maxLength = source.config.maxLength }: TransferOptions = {},
): PerformerModel {
  const config = parseWith(
    ModelConfig,
    { ...source.config, attention, maxLength },
    "transferModel",
  );
  assertLength(source.config, maxLength);
  const differing = differingNames(parameterShapes(source.config), parameterShapes(config));
  if (differing.length > 0) {
    throw new RangeError(
      `transferModel: expected an attention with the parameters of "${source.config.attention.mechanism}", got "${attention.mechanism}", which differs in ${differing.slice(0, 3).join(", ")}; train a model with it from the start`,
    );
  }
  // clones share their values with the source, and live and die apart from it
  const parameters = Object.entries(flattenTree(source.parameters)).map(
    ([name, tensor]) => [name, clone(tensor)] as const,
  );
  return {
    config,
    parameters: unflattenTree(Object.fromEntries(parameters)),
    projections: drawProjections(config, key),
  };
}

function assertLength({ positions, maxLength: before }: ModelConfig, maxLength: number): void {
  if (positions !== "learned" || maxLength === before) return;
  throw new RangeError(
    `transferModel: expected the maxLength ${before} of its table of positions, got ${maxLength}; leave it as it is, or train a model with sinusoidal or rotary positions`,
  );
}

type Shapes = ReturnType<typeof parameterShapes>;

function differingNames(a: Shapes, b: Shapes): string[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return names.filter((name) => a[name]?.shape.join() !== b[name]?.shape.join());
}
