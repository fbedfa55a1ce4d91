/**
 * tf.customGrad with types: a forward and, beside it, its gradient. First derivatives only.
 * The gradient runs in a tidy of its own, so that its intermediate tensors are freed at once and not
 * at the end of the whole backward pass.
 */
import * as tf from "@tensorflow/tfjs-core";

/**
 * @param inputs differentiable inputs; tensors that are constants reach the gradient through `saved`.
 * @param forward computes the value from the inputs, and names the tensors the gradient needs.
 * @param gradient dy, saved → one tensor an input, in order.
 */
export function withGradient<Saved extends readonly tf.Tensor[], Output extends tf.Tensor>(
  inputs: readonly tf.Tensor[],
  forward: () => { value: Output; saved: Saved },
  gradient: (dy: Output, saved: Saved) => tf.Tensor[],
): Output {
  const run = tf.customGrad<Output>((...args) => {
    const save = args.at(-1) as tf.GradSaveFunc;
    const { value, saved } = forward();
    save([...saved]);
    return {
      value,
      gradFunc: (dy, kept) => tf.tidy(() => gradient(dy, kept as unknown as Saved)),
    };
  });
  return run(...inputs);
}
