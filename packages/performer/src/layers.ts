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

export interface LayersContext extends Pick<BlockContext, "config" | "shape" | "dropout"> {
  /** query, key, value of a layer, [B, L, H, D] each → [B, L, H, D] */
  readonly attend: (layer: number, state: AttentionState, run: AttentionRun) => tf.Tensor4D;
  /** Tensors that `attend` reads. Default: none, where no gradient is taken. */
  readonly constants?: NamedTensors | undefined;
  /** Order of the backward pass of reversible layers. Default: as the code is written. */
  readonly after?: After | undefined;
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

/** x [B L, E] → hidden states after the final norm, [B L, E]. */
export function applyLayers(
  x: tf.Tensor2D,
  parameters: ParameterTree,
  context: LayersContext,
): tf.Tensor2D {
  const layers = branch(parameters, "layers");
  return applyNorm(applyStack(x, layers, context), parameters, "finalNorm");
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
  { config, shape, dropout, attend }: LayersContext,
  run: LayerRun,
): BlockContext {
  return {
    config,
    shape,
    attend: (state, parameters) => attend(layer, state, { ...run, parameters }),
    dropout: dropout && { ...dropout, key: splitKey(dropout.key, "layer", layer) },
  };
}
