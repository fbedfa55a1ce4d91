/**
 * Reversible residual streams (Gomez et al. 2017; Kitaev et al. 2020; docs/math.md, eq. R1-R3): the
 * backward pass computes each layer's input back from its output, so that what must be kept between
 * the two passes does not grow with depth. The price is each residual function once more, about a
 * third of a step, and a rounding error in the inputs that grows slowly with depth.
 */
import * as tf from "@tensorflow/tfjs-core";
import { withGradient } from "./with-gradient.ts";

export type NamedTensors = Readonly<Record<string, tf.Tensor>>;

/** (a, b) → (b, a + f(b)): half a layer. Two of them are a layer, and all are alike. */
export interface Coupling {
  /** Name of the scope of what it computes. */
  readonly scope: string;
  /** Names of the trained tensors that f reads; no other coupling reads them. */
  readonly parameters: readonly string[];
  /** x [N, E] → [N, E], a pure function of x and `tensors`: it runs again in the backward pass. */
  f(x: tf.Tensor2D, tensors: NamedTensors): tf.Tensor2D;
}

/** [N, E] each */
export type Streams = readonly [first: tf.Tensor2D, second: tf.Tensor2D];

/**
 * `value`, not before `others` are computed. Eager code runs in the order it is written in; a graph
 * runs what is ready, and would compute all layers back before the first gradient is there.
 */
export type After = <T extends tf.Tensor>(value: T, others: readonly tf.Tensor[]) => T;

/** Couplings run a first time, and "again" in the backward pass, where nobody may be told of values. */
export type Pass = "first" | "again";

export const asWritten: After = (value) => value;

export interface StackOptions {
  /** By name; each belongs to one coupling. */
  readonly parameters: NamedTensors;
  /** What the couplings read besides, without a gradient. */
  readonly constants: NamedTensors;
  readonly couplings: (pass: Pass) => readonly Coupling[];
  readonly after: After;
}

/** x [N, E], from which both streams start → their mean after all couplings, [N, E]. */
export function reversibleStack(x: tf.Tensor2D, options: StackOptions): tf.Tensor2D {
  const { parameters, constants, couplings, after } = options;
  const names = Object.keys({ ...parameters, ...constants });
  return withGradient(
    [x, ...Object.values(parameters)],
    () => {
      const tensors = { ...parameters, ...constants };
      const streams = coupleAll([x, x], couplings("first"), tensors);
      const value = tf.mul<tf.Tensor2D>(tf.add(...streams), 0.5);
      return { value, saved: [...streams, ...Object.values(tensors)] as const };
    },
    // what the closure sees is freed by now: only the saved tensors are there
    (dy, [first, second, ...saved]) => {
      const tensors = Object.fromEntries(names.map((name, i) => [name, saved[i] as tf.Tensor]));
      const half = tf.mul<tf.Tensor2D>(dy, 0.5);
      const start = { streams: [first, second], gradients: [half, half] } as const;
      const { streamGradients, byName } = gradientsOf(start, couplings("again"), tensors, after);
      return [
        tf.add(...streamGradients),
        ...Object.keys(parameters).map(
          (name) => byName[name] ?? tf.zerosLike(tensors[name] as tf.Tensor),
        ),
      ];
    },
  );
}

/** The streams after all couplings; `streams` stay the caller's. */
export function coupleAll(
  streams: Streams,
  couplings: readonly Coupling[],
  tensors: NamedTensors,
): Streams {
  let [a, b] = streams.map((stream) => tf.clone(stream)) as [tf.Tensor2D, tf.Tensor2D];
  for (const { scope, f } of couplings) {
    const c = tf.tidy(scope, () => tf.add<tf.Tensor2D>(a, f(b, tensors)));
    a.dispose();
    [a, b] = [b, c];
  }
  return [a, b];
}

/** Streams at one depth, and the gradients with respect to them. */
export interface BackwardState {
  readonly streams: Streams;
  readonly gradients: Streams;
}

/** From behind all couplings to before them; the tensors of `start` stay the caller's. */
function gradientsOf(
  start: BackwardState,
  couplings: readonly Coupling[],
  tensors: NamedTensors,
  after: After,
): { streamGradients: Streams; byName: NamedTensors } {
  const byName: Record<string, tf.Tensor> = {};
  let done: readonly tf.Tensor[] = [];
  let state = { streams: cloned(start.streams), gradients: cloned(start.gradients) };
  for (const coupling of couplings.toReversed()) {
    const { before, parameterGradients } = uncouple(state, coupling, tensors, (value) =>
      after(value, done),
    );
    // freed at once: what is left for the end of the pass would add up over the layers
    state.streams[1].dispose();
    state.gradients[0].dispose();
    state = before;
    Object.assign(byName, parameterGradients);
    done = [...before.gradients, ...Object.values(parameterGradients)];
  }
  tf.dispose([...state.streams]);
  return { streamGradients: state.gradients, byName };
}

const cloned = ([a, b]: Streams): Streams => [tf.clone(a), tf.clone(b)];

/**
 * One coupling backwards: (b, c) → (c - f(b), b), and the gradients with them (eq. R3). The second
 * stream and the first gradient of `state` are not needed afterwards; the others are handed on.
 */
export function uncouple(
  { streams: [b, c], gradients: [ofB, ofC] }: BackwardState,
  { scope, f, parameters }: Coupling,
  tensors: NamedTensors,
  holdBack: (value: tf.Tensor2D) => tf.Tensor2D = (value) => value,
): { before: BackwardState; parameterGradients: NamedTensors } {
  const [a, ofInput, ...gradients] = tf.tidy(scope, () => {
    const x = holdBack(b);
    const inputs = [x, ...parameters.map((name) => tensors[name] as tf.Tensor)];
    const { value, grads } = nestedGradients(() => f(x, tensors), inputs, ofC);
    const [through, ...ofParameters] = grads;
    return [
      tf.sub(c, value),
      through ? tf.add(ofB, through) : tf.clone(ofB),
      // a coupling may leave a parameter unread, as attention that ignores its queries does
      ...ofParameters.map((gradient, i) => gradient ?? tf.zerosLike(inputs[i + 1] as tf.Tensor)),
    ];
  }) as [tf.Tensor2D, tf.Tensor2D, ...tf.Tensor[]];
  return {
    before: { streams: [a, b], gradients: [ofC, ofInput] },
    parameterGradients: Object.fromEntries(
      parameters.map((name, i) => [name, gradients[i] as tf.Tensor]),
    ),
  };
}

/**
 * Value and gradients of `f` while tfjs works through the tape of an enclosing function. tfjs has one
 * tape: the inner call would start it anew and drop it at its end, and the outer one then fails.
 */
function nestedGradients(
  f: () => tf.Tensor2D,
  inputs: tf.Tensor[],
  dy: tf.Tensor2D,
): { value: tf.Tensor2D; grads: (tf.Tensor | undefined)[] } {
  const { state } = tf.engine();
  const outerTape = state.activeTape;
  try {
    return tf.engine().gradients(f, inputs, dy, true);
  } finally {
    state.activeTape = outerTape;
  }
}
