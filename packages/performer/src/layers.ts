/**
 * The stack of layers and the final norm: the same for a whole sequence and for one step of decoding.
 * It has one residual stream or two (docs/math.md, "Model" and "Reversible layers"). Both kinds read the
 * same parameters; they are different functions of them.
 */
import { splitKey } from "@performer/random";
import * as tf from "@tensorflow/tfjs-core";
import {
  type AttentionState,
  applyBranch,
  type BlockContext,
  BRANCHES,
  type BranchName,
  branchParameters,
} from "./block.ts";
import { applyNorm } from "./layer-norm.ts";
import { branch, flattenTree, type ParameterTree, unflattenTree } from "./parameter-tree.ts";
import {
  type After,
  asWritten,
  type Coupling,
  type NamedTensors,
  type Pass,
  reversibleStack,
} from "./reversible.ts";
import { shiftTokens } from "./token-shift.ts";

export interface LayersContext extends Pick<BlockContext, "config" | "shape" | "dropout"> {
  /** query, key, value of a layer, [B, L, H, D] each → [B, L, H, D] */
  readonly attend: (layer: number, state: AttentionState, run: AttentionRun) => tf.Tensor4D;
  /**
   * Tensors that `attend` and the layers read besides parameters: "paddingMask" [B, L] and, of rotary
   * positions, the "cosine" and "sine" of `Rotation` mean the same everywhere. Default: none.
   */
  readonly constants?: NamedTensors | undefined;
  /** How neighbours enter a branch where the config shifts tokens. Default: those of the sequence. */
  readonly shift?: ((layer: number, name: BranchName, x: tf.Tensor3D) => tf.Tensor3D) | undefined;
  /** Told of what a branch reads before its tokens are shifted, in the first pass. */
  readonly observeShift?: ((layer: number, name: BranchName, x: tf.Tensor3D) => void) | undefined;
  /** Order of the backward pass of reversible layers. Default: as the code is written. */
  readonly after?: After | undefined;
  /** The first so many layers alone, and no final norm behind fewer than all. Default: all. */
  readonly depth?: number | undefined;
}

interface AttentionRun {
  /** The layer's subtree "attention". */
  readonly parameters: ParameterTree;
  /** Those of the context: a tensor that `attend` held itself could be gone in the backward pass. */
  readonly constants: NamedTensors;
  /** "again": in the backward pass of reversible layers. */
  readonly pass: Pass;
}

type LayerRun = Omit<AttentionRun, "parameters">;

/** x [B L, E] → hidden states after the final norm, [B L, E]; fewer layers than all have none behind them. */
export function applyLayers(
  x: tf.Tensor2D,
  parameters: ParameterTree,
  context: LayersContext,
): tf.Tensor2D {
  const { numLayers } = context.config;
  const depth = context.depth ?? numLayers;
  const config = { ...context.config, numLayers: depth };
  const stream = applyStack(x, branch(parameters, "layers"), { ...context, config });
  return depth < numLayers
    ? stream
    : applyNorm(stream, parameters, "finalNorm", config.normEpsilon);
}

function applyStack(x: tf.Tensor2D, layers: ParameterTree, context: LayersContext): tf.Tensor2D {
  const { residual } = context.config;
  switch (residual) {
    case "ordinary":
      return ordinaryLayers(x, layers, context);
    case "reversible":
      return reversibleLayers(x, layers, context);
    default:
      return residual satisfies never;
  }
}

function ordinaryLayers(
  x: tf.Tensor2D,
  layers: ParameterTree,
  context: LayersContext,
): tf.Tensor2D {
  const run: LayerRun = { constants: context.constants ?? {}, pass: "first" };
  let stream = x;
  for (let layer = 0; layer < context.config.numLayers; layer++) {
    const [before, tree] = [stream, branch(layers, layer)];
    // the names of tidies become those of the nodes where a graph is traced from this
    stream = tf.tidy(scopeOf(layer), () =>
      BRANCHES.reduce((sum, name) => {
        const added = applyBranch(name, sum, tree, blockContext(layer, context, run));
        return tf.add<tf.Tensor2D>(sum, added);
      }, before),
    );
  }
  return stream;
}

function reversibleLayers(
  x: tf.Tensor2D,
  layers: ParameterTree,
  context: LayersContext,
): tf.Tensor2D {
  const { config, constants = {}, after = asWritten } = context;
  const numbers = Array.from({ length: config.numLayers }, (_, layer) => layer);
  const trees = numbers.map((layer) => branch(layers, layer));
  return reversibleStack(x, {
    parameters: flattenTree(Object.fromEntries(trees.entries())),
    constants,
    after,
    couplings: (pass) =>
      trees.flatMap((tree, layer) =>
        BRANCHES.map((name): Coupling => {
          const paths = Object.keys(flattenTree(branchParameters(name, tree)));
          const pathInStack = (path: string) => `${layer}/${path}`;
          return {
            scope: scopeOf(layer),
            parameters: paths.map(pathInStack),
            f(input, tensors) {
              const own = paths.map((path) => [path, tensors[pathInStack(path)] as tf.Tensor]);
              const run: LayerRun = { constants: tensors, pass };
              return applyBranch(
                name,
                input,
                unflattenTree(Object.fromEntries(own)),
                blockContext(layer, context, run),
              );
            },
          };
        }),
      ),
  });
}

const scopeOf = (layer: number) => `layers/${layer}`;

function blockContext(
  layer: number,
  { config, shape, dropout, attend, shift, observeShift }: LayersContext,
  run: LayerRun,
): BlockContext {
  const {
    paddingMask: mask,
    cosine,
    sine,
  } = run.constants as Record<string, tf.Tensor2D | undefined>;
  const inSequence = (name: BranchName, x: tf.Tensor3D) => {
    if (run.pass === "first") observeShift?.(layer, name, x);
    return shiftTokens(x, { direction: config.direction, mask });
  };
  return {
    config,
    shape,
    rotation: cosine && sine && { cosine, sine },
    shift: config.tokenShift
      ? (name, x) => (shift ? shift(layer, name, x) : inSequence(name, x))
      : undefined,
    attend: (state, parameters) => attend(layer, state, { ...run, parameters }),
    dropout: dropout && { ...dropout, key: splitKey(dropout.key, "layer", layer) },
  };
}
