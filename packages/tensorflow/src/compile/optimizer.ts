/**
 * The optimiser as graph nodes: clip by the global norm, Adam (Kingma and Ba, 2015) or a caller's own
 * direction, decoupled weight decay (Loshchilov and Hutter, 2019), the same update as the eager
 * optimiser of @performer/training. TensorFlow's fused ResourceApplyAdam does the moments and the step
 * of one parameter in one pass.
 */
import type { Graph, GraphNode, Output } from "../graph/graph.ts";
import { firstOutput } from "../graph/graph.ts";
import type { HostTensor } from "../session/tensor.ts";

export interface AdamWConfig {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** 0 leaves plain Adam. */
  readonly weightDecay: number;
  /** Global norm above which gradients are scaled down. */
  readonly gradientClip: number;
}

export interface TrainedVariable {
  readonly name: string;
  readonly handle: Output;
  /** Its value at the start of the step; the update waits until it was read. */
  readonly value: Output;
  readonly gradient: Output;
  readonly update: AdamUpdate | OwnUpdate;
  readonly decays: boolean;
}

interface AdamUpdate {
  readonly kind: "adam";
  /** Resources of the moments. */
  readonly first: Output;
  readonly second: Output;
}

/** A direction that the caller records, with an average of the gradients that it keeps. */
interface OwnUpdate {
  readonly kind: "own";
  readonly average: { readonly handle: Output; readonly value: Output };
  /** From the clipped gradient. */
  readonly record: (clipped: Output) => { readonly direction: Output; readonly average: Output };
}

/** Scalars that change from step to step, float32 placeholders. */
export const SCALARS = ["learningRate", "beta1Power", "beta2Power", "epsilon"] as const;
type Scalars = Readonly<Record<(typeof SCALARS)[number], Output>>;

/**
 * TensorFlow divides by sqrt(v) + ε before, the article after the correction of the second moment:
 * with ε · sqrt(1 − β2^t) fed both are the same.
 */
export function scalarFeeds(
  { beta1, beta2, epsilon }: AdamWConfig,
  { step, learningRate }: { step: number; learningRate: number },
): Record<(typeof SCALARS)[number], HostTensor> {
  const beta2Power = beta2 ** step;
  const scalar = (value: number): HostTensor => ({
    type: "float32",
    shape: [],
    values: Float32Array.of(value),
  });
  return {
    learningRate: scalar(learningRate),
    beta1Power: scalar(beta1 ** step),
    beta2Power: scalar(beta2Power),
    epsilon: scalar(epsilon * Math.sqrt(1 - beta2Power)),
  };
}

/** @returns a node that runs every update, and the global norm before clipping. */
export function addOptimizer(
  graph: Graph,
  config: AdamWConfig,
  variables: readonly TrainedVariable[],
): { update: GraphNode; gradientNorm: Output } {
  const scalars = Object.fromEntries(
    SCALARS.map((name) => [name, graph.placeholder(`optimizer/${name}`, "float32", [])]),
  ) as Scalars;
  const gradientNorm = globalNorm(
    graph,
    variables.map(({ gradient }) => gradient),
  );
  const maximum = constant(graph, config.gradientClip);
  const bounded = operation(graph, "Maximum", "optimizer/clip", [gradientNorm, maximum]);
  const scale = operation(graph, "RealDiv", "optimizer/clip", [maximum, bounded]);
  const updates = variables.map((variable) => addUpdate(graph, config, variable, scale, scalars));
  const update = graph.add({
    op: "NoOp",
    name: "optimizer/update",
    controls: updates,
    outputs: [],
    stateful: true,
  });
  return { update, gradientNorm };
}

/** sqrt of the sum of squares; L2Loss is half of it in one pass. */
function globalNorm(graph: Graph, gradients: readonly Output[]): Output {
  const halves = gradients.map((gradient) =>
    firstOutput(
      graph.add({
        op: "L2Loss",
        name: "optimizer/norm/half_square",
        inputs: [gradient],
        attributes: { T: { type: "float32" } },
        outputs: [{ type: "float32", shape: [] }],
      }),
    ),
  );
  const sum = graph.add({
    op: "AddN",
    name: "optimizer/norm/sum",
    inputs: halves,
    attributes: { N: { int: halves.length }, T: { type: "float32" } },
    outputs: [{ type: "float32", shape: [] }],
  });
  const square = operation(graph, "Mul", "optimizer/norm/square", [
    firstOutput(sum),
    constant(graph, 2),
  ]);
  return operation(graph, "Sqrt", "optimizer/norm/root", [square]);
}

function addUpdate(
  graph: Graph,
  config: AdamWConfig,
  variable: TrainedVariable,
  scale: Output,
  scalars: Scalars,
): GraphNode {
  const folder = `optimizer/${variable.name}`;
  const controls = [variable.value.node];
  if (config.weightDecay > 0 && variable.decays) {
    const share = operation(graph, "Mul", "optimizer/decay", [
      scalars.learningRate,
      constant(graph, config.weightDecay),
    ]);
    const decay = operation(graph, "Mul", `${folder}/decay`, [variable.value, share]);
    const name = `${folder}/apply_decay`;
    controls.push(assign(graph, "AssignSubVariableOp", name, variable.handle, decay));
  }
  const clipped = operation(graph, "Mul", `${folder}/clipped`, [variable.gradient, scale]);
  const { update, handle } = variable;
  if (update.kind === "adam") {
    return applyAdam(graph, config, { folder, handle, clipped, controls }, update, scalars);
  }
  const { direction, average } = update.record(clipped);
  const scaled = operation(graph, "Mul", `${folder}/scaled`, [direction, scalars.learningRate]);
  const kept = assign(
    graph,
    "AssignVariableOp",
    `${folder}/average`,
    update.average.handle,
    average,
    [update.average.value.node],
  );
  return assign(graph, "AssignSubVariableOp", `${folder}/apply`, handle, scaled, [
    ...controls,
    kept,
  ]);
}

interface AdamInputs {
  readonly folder: string;
  readonly handle: Output;
  readonly clipped: Output;
  readonly controls: readonly GraphNode[];
}

function applyAdam(
  graph: Graph,
  { beta1, beta2 }: AdamWConfig,
  { folder, handle, clipped, controls }: AdamInputs,
  { first, second }: AdamUpdate,
  { learningRate, beta1Power, beta2Power, epsilon }: Scalars,
): GraphNode {
  const betas = [constant(graph, beta1), constant(graph, beta2)];
  return graph.add({
    op: "ResourceApplyAdam",
    name: `${folder}/adam`,
    inputs: [
      ...[handle, first, second, beta1Power, beta2Power, learningRate],
      ...betas,
      epsilon,
      clipped,
    ],
    controls,
    attributes: { T: { type: "float32" }, use_locking: { bool: false } },
    outputs: [],
    stateful: true,
  });
}

function assign(
  graph: Graph,
  op: "AssignVariableOp" | "AssignSubVariableOp",
  name: string,
  handle: Output,
  value: Output,
  controls: readonly GraphNode[] = [],
): GraphNode {
  return graph.add({
    op,
    name,
    inputs: [handle, value],
    controls,
    attributes: { dtype: { type: "float32" } },
    outputs: [],
    stateful: true,
  });
}

const constant = (graph: Graph, value: number): Output =>
  graph.constant("constants/float32", { type: "float32", shape: [], values: [value] });

/** An elementwise float32 operation with the shape of its first input. */
function operation(graph: Graph, op: string, name: string, inputs: readonly Output[]): Output {
  const shape = inputs[0]?.shape ?? [];
  return firstOutput(
    graph.add({
      op,
      name,
      inputs,
      attributes: { T: { type: "float32" } },
      outputs: [{ type: "float32", shape }],
    }),
  );
}
