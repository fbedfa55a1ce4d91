/**
 * What an optimiser is made of: pure init/update pairs over named tensors, composed with `chain`
 * as in optax. No class and no hidden slots: the state goes in and comes out, so a checkpoint is
 * the state and a test needs no training loop. The price is that every step allocates its results;
 * callers run inside `tf.tidy` and dispose of what they replace.
 */
import type { Scalar, Tensor } from "@tensorflow/tfjs-core";

/** Flat parameter name, for instance "layers/0/attention/query/kernel", to tensor. */
export type NamedTensors = Readonly<Record<string, Tensor>>;

/** Slots of each kind ("first", "second" moments, …), one tensor a parameter. */
export type OptimizerState = Readonly<Record<string, NamedTensors>>;

export interface UpdateContext {
  readonly parameters: NamedTensors;
  /** Optimiser updates, this one included: 1 for the first. */
  readonly step: number;
  readonly learningRate: number;
  /** Global norm of the raw gradients, before any transform. */
  readonly gradientNorm: Scalar;
}

export interface GradientTransform {
  /** The state before the first update. Allocates. */
  init(parameters: NamedTensors): OptimizerState;
  /** Consumes nothing: the given tensors stay alive. */
  update(
    updates: NamedTensors,
    state: OptimizerState,
    context: UpdateContext,
  ): { updates: NamedTensors; state: OptimizerState };
}

/** The transforms one after another; slot kinds must differ between them. */
export function chain(...transforms: readonly GradientTransform[]): GradientTransform {
  return {
    init: (parameters) =>
      Object.assign({}, ...transforms.map((transform) => transform.init(parameters))),
    update: (updates, state, context) =>
      transforms.reduce(
        (before, transform) => {
          const after = transform.update(before.updates, before.state, context);
          return { updates: after.updates, state: { ...before.state, ...after.state } };
        },
        { updates, state },
      ),
  };
}

/** `chosen` for the parameters that `chooses` names, `others` for all others; their slot kinds differ. */
export function partition(
  chooses: (name: string, shape: readonly number[]) => boolean,
  chosen: GradientTransform,
  others: GradientTransform,
): GradientTransform {
  const split = (tensors: NamedTensors) => {
    const entries = Object.entries(tensors);
    const isChosen = ([name, { shape }]: [string, Tensor]) => chooses(name, shape);
    return [
      Object.fromEntries(entries.filter(isChosen)),
      Object.fromEntries(entries.filter((entry) => !isChosen(entry))),
    ] as const;
  };
  return {
    init(parameters) {
      const [first, second] = split(parameters);
      return { ...chosen.init(first), ...others.init(second) };
    },
    update(updates, state, context) {
      const [first, second] = split(updates);
      const ours = chosen.update(first, state, context);
      const theirs = others.update(second, state, context);
      const merged = { ...ours.updates, ...theirs.updates };
      return {
        updates: mapTensors(updates, (_update, name) => tensorNamed(merged, name)),
        state: { ...ours.state, ...theirs.state },
      };
    },
  };
}

/** A transform without state, tensor by tensor. */
export function stateless(
  transform: (update: Tensor, parameter: Tensor, context: UpdateContext) => Tensor,
): GradientTransform {
  return {
    init: () => ({}),
    update: (updates, state, context) => ({
      updates: mapTensors(updates, (update, name) =>
        transform(update, tensorNamed(context.parameters, name), context),
      ),
      state,
    }),
  };
}

/** Applies `transform` to each tensor; names and their order are kept. */
export function mapTensors(
  tensors: NamedTensors,
  transform: (tensor: Tensor, name: string) => Tensor,
): NamedTensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, transform(tensor, name)]),
  );
}

/** @throws {Error} where there is no tensor of that name. */
export function tensorNamed(tensors: NamedTensors | undefined, name: string): Tensor {
  const tensor = tensors?.[name];
  if (tensor === undefined) {
    throw new Error(
      `tensorNamed: expected a tensor "${name}", got none; gradients, slots and parameters must come from the same model`,
    );
  }
  return tensor;
}
