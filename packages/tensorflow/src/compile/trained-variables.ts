/**
 * The variables of a training step besides the parameters: the slots of each parameter's rule, made where
 * they are missing, and handed to the optimiser with the gradient.
 */
import type * as tf from "@tensorflow/tfjs-core";
import type { Output } from "../graph/graph.ts";
import type { HostTensor } from "../session/tensor.ts";
import type { AdamWConfig, TrainedVariable } from "./optimizer.ts";
import type { Program } from "./program.ts";
import type { TracedPiece } from "./traced-function.ts";

/** What is trained, and how. */
export interface UpdateOptions {
  /** Names of the variables to train, float32, assigned before the first step. */
  readonly parameters: readonly string[];
  readonly optimizer: AdamWConfig;
  /** Which parameters the weight decay pulls. Default: those of rank 2 and more. */
  readonly decays?: (name: string, shape: readonly number[]) => boolean;
  /** A rule for some parameters in place of Adam's; the others get undefined. */
  readonly rule?: (name: string, shape: readonly number[]) => UpdateRule | undefined;
}

/**
 * A direction from the clipped gradient and an average of the gradients before, both of the
 * parameter's shape; traced like the loss. The average is kept as the slot `slot`.
 */
export interface UpdateRule {
  readonly slot: string;
  readonly update: (
    gradient: tf.Tensor,
    average: tf.Tensor,
  ) => { readonly direction: tf.Tensor; readonly average: tf.Tensor };
}

/** Name of the variable that holds a slot of a parameter: "first", "second" or that of its rule. */
export function slotName(kind: string, parameter: string): string {
  return `optimizer/${kind}/${parameter}`;
}

/** Moments that were not assigned start at zero. */
export async function createMissingSlots(
  program: Program,
  { parameters, rule }: UpdateOptions,
): Promise<void> {
  const { specs } = program.variables;
  const zeros: Record<string, HostTensor> = {};
  for (const name of parameters) {
    const spec = specs.get(name);
    if (spec?.type !== "float32") {
      throw new RangeError(
        `createMissingSlots: expected a float32 variable "${name}", got ${spec?.type ?? "none"}; assign it first`,
      );
    }
    const size = spec.shape.reduce((product, length) => product * length, 1);
    const own = rule?.(name, spec.shape);
    for (const kind of own === undefined ? ["first", "second"] : [own.slot]) {
      const slot = slotName(kind, name);
      if (!specs.has(slot)) zeros[slot] = { ...spec, values: new Float32Array(size) };
    }
  }
  if (Object.keys(zeros).length > 0) await program.variables.assign(zeros);
}

/** What `addOptimizer` takes. @param gradients one a parameter, in their order. */
export function trainedVariables(
  piece: TracedPiece,
  { parameters, rule, decays = (_name, shape) => shape.length >= 2 }: UpdateOptions,
  gradients: readonly Output[],
): TrainedVariable[] {
  return parameters.map((name, index) => {
    const value = entry(piece.values, name);
    return {
      name,
      handle: entry(piece.handles, name),
      value,
      gradient: gradients[index] as Output,
      update: updateOf(piece, name, rule?.(name, value.shape)),
      decays: decays(name, value.shape),
    };
  });
}

function updateOf(
  { trace, handles, values }: TracedPiece,
  name: string,
  rule: UpdateRule | undefined,
): TrainedVariable["update"] {
  const slot = (kind: string) => entry(handles, slotName(kind, name));
  if (rule === undefined) return { kind: "adam", first: slot("first"), second: slot("second") };
  const value = entry(values, slotName(rule.slot, name));
  return {
    kind: "own",
    average: { handle: slot(rule.slot), value },
    record(clipped) {
      const { direction, average } = rule.update(trace.tensor(clipped), trace.tensor(value));
      return { direction: trace.output(direction), average: trace.output(average) };
    },
  };
}

/** @throws {RangeError} where there is none. */
export function entry<Value>(record: Readonly<Record<string, Value>>, name: string): Value {
  const value = record[name];
  if (value === undefined) throw new RangeError(`entry: expected "${name}", got none`);
  return value;
}
