/** The gradients of a traced loss by tfjs's own autodiff. */
import * as tf from "@tensorflow/tfjs-core";
import type { Output } from "../graph/graph.ts";
import type { GraphContext, NamedTensors, TracedPiece } from "./traced-function.ts";
import { entry } from "./trained-variables.ts";

/** Runs once a shape. `loss` is a scalar; `outputs` are further tensors to read at each step. */
export type LossFunction = (
  inputs: NamedTensors,
  context: GraphContext,
) => { readonly loss: tf.Scalar; readonly outputs?: NamedTensors };

/** @returns what to fetch, and one gradient a parameter, which last as long as the trace. */
export function recordGradients(
  { trace, inputs, context }: TracedPiece,
  parameters: readonly string[],
  lossFunction: LossFunction,
): {
  readonly loss: Output;
  readonly outputs: Readonly<Record<string, Output>>;
  readonly gradients: readonly tf.Tensor[];
} {
  let [loss, outputs]: [Output | undefined, Record<string, Output>] = [undefined, {}];
  const { grads } = tf.engine().gradients(
    () => {
      const traced = lossFunction(inputs, context);
      loss = trace.output(traced.loss);
      for (const [key, tensor] of Object.entries(traced.outputs ?? {})) {
        outputs[key] = trace.output(tensor);
      }
      return traced.loss;
    },
    parameters.map((name) => entry(context.variables, name)),
  );
  const gradients = parameters.map((name, index) => {
    const gradient = grads[index];
    if (gradient === undefined || gradient === null) {
      throw new RangeError(
        `recordGradients: expected the loss to depend on "${name}", got no gradient for it`,
      );
    }
    return gradient;
  });
  return { loss: loss as unknown as Output, outputs, gradients };
}
