/**
 * compileAccumulatedStep: one update from the gradients of several batches, of this process and of every
 * worker of a cluster. Two graphs: `add` computes gradients of one batch and adds them to buckets; `update`
 * adds the buckets of all workers up (CollectiveReduce), divides once by the weight of everything, and runs
 * the optimiser, which is the same arithmetic on the same bits on every worker. So the result is that of one
 * batch that holds all rows, but for the order in which floats are added. The price of two graphs is that
 * sending does not overlap with the backward pass; the gain, that each worker's own time can be told.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Cluster } from "../distributed/cluster.ts";
import { addSum } from "../distributed/collective.ts";
import { type Graph, type GraphNode, type Output, outputName, type Shape } from "../graph/graph.ts";
import { encodeGraph } from "../graph/graph-def.ts";
import type { HostTensor } from "../session/tensor.ts";
import { feedsOf } from "./forward.ts";
import { type Bucket, bucketsOf, emptyBucket, fillBucket } from "./gradient-buckets.ts";
import { recordGradients } from "./gradients.ts";
import { addOptimizer, scalarFeeds } from "./optimizer.ts";
import type { Program } from "./program.ts";
import {
  type GraphContext,
  type NamedHostTensors,
  type NamedTensors,
  recordPiece,
  type Seed,
  shapeKey,
  type TracedPiece,
} from "./traced-function.ts";
import type { TrainStepContext } from "./train-step.ts";
import {
  createMissingSlots,
  entry,
  trainedVariables,
  type UpdateOptions,
} from "./trained-variables.ts";

/** Runs once a shape. The loss that is minimised is the sum of all `lossSum` over that of all `weight`. */
export type SummedLossFunction = (
  inputs: NamedTensors,
  context: GraphContext,
) => {
  readonly lossSum: tf.Scalar;
  readonly weight: tf.Scalar;
  /** [numSums], to be summed up likewise. */
  readonly sums: tf.Tensor1D;
};

export interface AccumulatedStepOptions extends UpdateOptions {
  readonly loss: SummedLossFunction;
  readonly numSums: number;
  /** Numbers that each worker tells the others at an update. */
  readonly numReported: number;
  /** The workers that update together. Default: this process alone. */
  readonly cluster?: Cluster | undefined;
}

export interface AccumulatedUpdate {
  /** [numSums] over every batch of every worker. */
  readonly sums: Float32Array;
  /** Before clipping. */
  readonly gradientNorm: number;
  /** [workers · numReported] in the order of rank. */
  readonly reports: Float32Array;
}

export interface AccumulatedStep {
  /** Makes the variables that are missing, so that all workers have the same ones. */
  prepare(): Promise<void>;
  /** Adds the gradients for `inputs` to those of the coming update. */
  add(inputs: NamedHostTensors, seed: Seed): Promise<void>;
  /**
   * Updates with what was added since the last update, on this and every other worker.
   * @param report [numReported] of this worker.
   */
  update(context: Omit<TrainStepContext, "seed">, report: Float32Array): Promise<AccumulatedUpdate>;
}

/** [1 + numSums]: weight, sums. */
const NUMBERS = "accumulated/numbers";

export function compileAccumulatedStep(
  program: Program,
  options: AccumulatedStepOptions,
): AccumulatedStep {
  const { cluster, numSums, numReported } = options;
  const { session } = program;
  const reportCount = numReported * (cluster?.members.length ?? 1);
  let ready: Promise<readonly Bucket[]> | undefined;
  const buckets = () => {
    ready ??= createAccumulators(program, options);
    return ready;
  };

  const additions = new Map<string, Addition>();
  const additionFor = async (inputs: NamedHostTensors) => {
    const key = shapeKey(inputs);
    const known = additions.get(key) ?? compileAddition(program, options, await buckets(), inputs);
    additions.set(key, known);
    return known;
  };
  let update: ReturnType<typeof compileUpdate> | undefined;

  return {
    async prepare() {
      await buckets();
    },
    async add(inputs, seed) {
      const { prefix, targets } = await additionFor(inputs);
      await session.run({ feeds: feedsOf(prefix, inputs, seed), targets });
    },
    async update(context, report) {
      update ??= compileUpdate(program, options, await buckets(), reportCount);
      const { prefix, fetches, targets } = update;
      const reports = new Float32Array(reportCount);
      reports.set(report, numReported * (cluster?.rank ?? 0));
      const feeds: Record<string, HostTensor> = {
        [`${prefix}/${REPORTS}`]: { type: "float32", shape: [reportCount], values: reports },
      };
      for (const [name, value] of Object.entries(scalarFeeds(options.optimizer, context))) {
        feeds[`${prefix}/optimizer/${name}`] = value;
      }
      const request = { feeds, fetches, targets };
      const [numbers, gradientNorm] = await (cluster === undefined
        ? session.run(request)
        : cluster.run(session, request, "step"));
      const values = numbers?.values as Float32Array;
      return {
        sums: values.subarray(1, 1 + numSums),
        gradientNorm: Number(gradientNorm?.values[0]),
        reports: values.subarray(1 + numSums),
      };
    },
  };
}

interface Addition {
  readonly prefix: string;
  readonly targets: readonly string[];
}

async function createAccumulators(
  program: Program,
  options: AccumulatedStepOptions,
): Promise<readonly Bucket[]> {
  await createMissingSlots(program, options);
  const { specs } = program.variables;
  const shapes = options.parameters.map((name) => [name, specs.get(name)?.shape as Shape]);
  const buckets = bucketsOf(Object.fromEntries(shapes));
  await program.variables.assign({
    ...Object.fromEntries(buckets.map(({ name, size }) => [name, zeros(size)])),
    [NUMBERS]: zeros(1 + options.numSums),
  });
  return buckets;
}

const zeros = (size: number): HostTensor => ({
  type: "float32",
  shape: [size],
  values: new Float32Array(size),
});

function compileAddition(
  program: Program,
  options: AccumulatedStepOptions,
  buckets: readonly Bucket[],
  inputs: NamedHostTensors,
): Addition {
  const { graph, additions } = recordPiece(program, inputs, (piece) => ({
    graph: piece.graph,
    additions: recordAddition(piece, options, buckets),
  }));
  const prefix = program.uniquePrefix("accumulate");
  const placeholders = graph.nodes.filter((node) => node.op === "Placeholder");
  program.session.extend(encodeGraph(graph, [...additions, ...placeholders]), prefix);
  return { prefix, targets: additions.map(({ name }) => `${prefix}/${name}`) };
}

function recordAddition(
  piece: TracedPiece,
  { parameters, loss }: AccumulatedStepOptions,
  buckets: readonly Bucket[],
): GraphNode[] {
  const { graph, trace, handles } = piece;
  const { outputs, gradients } = recordGradients(piece, parameters, (inputs, context) => {
    const { lossSum, weight, sums } = loss(inputs, context);
    return {
      loss: lossSum,
      outputs: { numbers: tf.concat1d([tf.reshape(weight, [1]) as tf.Tensor1D, sums]) },
    };
  });
  const byName = Object.fromEntries(
    parameters.map((name, index) => [name, gradients[index] as tf.Tensor]),
  );
  const added = (variable: string, value: Output) =>
    graph.add({
      op: "AssignAddVariableOp",
      name: `${variable}/add`,
      inputs: [entry(handles, variable), value],
      attributes: { dtype: { type: "float32" } },
      outputs: [],
      stateful: true,
    });
  return [
    added(NUMBERS, entry(outputs, "numbers")),
    ...buckets.map((bucket) => added(bucket.name, trace.output(fillBucket(bucket, byName)))),
  ];
}

/** Name of the placeholder of what the workers tell each other: each fills in its own place, zeros elsewhere. */
const REPORTS = "reports";

function compileUpdate(
  program: Program,
  options: AccumulatedStepOptions,
  buckets: readonly Bucket[],
  reportCount: number,
) {
  const { graph, numbers, gradientNorm, targets } = recordPiece(program, {}, (piece) => ({
    graph: piece.graph,
    ...recordUpdate(piece, options, buckets, reportCount),
  }));
  const prefix = program.uniquePrefix("update");
  const roots = [...targets, numbers.node, gradientNorm.node];
  program.session.extend(encodeGraph(graph, roots), prefix);
  return {
    prefix,
    fetches: [numbers, gradientNorm].map((output) => `${prefix}/${outputName(output)}`),
    targets: targets.map(({ name }) => `${prefix}/${name}`),
  };
}

function recordUpdate(
  piece: TracedPiece,
  options: AccumulatedStepOptions,
  buckets: readonly Bucket[],
  reportCount: number,
) {
  const { graph, trace, values } = piece;
  const { cluster, parameters, optimizer } = options;
  const overWorkers = (name: string, value: Output): Output =>
    cluster === undefined
      ? value
      : addSum(graph, `${name}/sum`, value, {
          groupSize: cluster.members.length,
          instanceKey: cluster.nextInstanceKey(),
        });

  const reports = graph.placeholder(REPORTS, "float32", [reportCount]);
  const own = tf.concat1d([
    trace.tensor(entry(values, NUMBERS)) as tf.Tensor1D,
    trace.tensor(reports) as tf.Tensor1D,
  ]);
  const numbers = overWorkers(NUMBERS, trace.output(own));
  const weight = tf.maximum(tf.slice1d(trace.tensor(numbers) as tf.Tensor1D, 0, 1), 1);
  const means = buckets.map((bucket) => {
    const sum = overWorkers(bucket.name, entry(values, bucket.name));
    return emptyBucket(bucket, tf.div(trace.tensor(sum), weight));
  });
  const byName: NamedTensors = Object.assign({}, ...means);
  const gradients = parameters.map((name) => trace.output(entry(byName, name)));
  const { update, gradientNorm } = addOptimizer(
    graph,
    optimizer,
    trainedVariables(piece, options, gradients),
  );
  const cleared = [NUMBERS, ...buckets.map(({ name }) => name)].map((name) => clear(piece, name));
  return { numbers, gradientNorm, targets: [update, ...cleared] };
}

/** Zeros an accumulator, after its value was read. */
function clear({ graph, handles, values }: TracedPiece, name: string): GraphNode {
  const value = entry(values, name);
  return graph.add({
    op: "AssignVariableOp",
    name: `${name}/clear`,
    inputs: [entry(handles, name), zerosLike(graph, value)],
    controls: [value.node],
    attributes: { dtype: { type: "float32" } },
    outputs: [],
    stateful: true,
  });
}

function zerosLike(graph: Graph, value: Output): Output {
  const node = graph.add({
    op: "ZerosLike",
    name: `${value.node.name}/zeros`,
    inputs: [value],
    attributes: { T: { type: "float32" } },
    outputs: [value],
  });
  return node.outputs[0] as Output;
}
