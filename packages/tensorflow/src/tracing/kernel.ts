/** The form of a tracing kernel: traced inputs and tfjs attributes in, traced outputs out. */
import type { NamedAttrMap } from "@tensorflow/tfjs-core";
import type { Output } from "../graph/graph.ts";
import type { Recorder } from "./recorder.ts";
import type { TracedValue } from "./value.ts";

/** Inputs by tfjs's names; kernels that take a list have "0", "1", … */
export type TracedInputs = Readonly<Record<string, TracedValue>>;

export type TraceKernel = (
  recorder: Recorder,
  inputs: TracedInputs,
  attributes: NamedAttrMap,
) => TracedValue | readonly TracedValue[];

/** From tfjs kernel name. */
export type KernelTable = Readonly<Record<string, TraceKernel>>;

/** @throws {TypeError} where tfjs calls a kernel without an input that it needs. */
export function input(inputs: TracedInputs, name: string): TracedValue {
  const value = inputs[name];
  if (value === undefined) throw new TypeError(`input: expected an input '${name}', got none`);
  return value;
}

/** The list of kernels such as Concat, each with all its elements. */
export function fullList(recorder: Recorder, inputs: TracedInputs): Output[] {
  return Object.values(inputs).map((value) => recorder.full(value));
}

/** Attributes as the type that tfjs declares for the kernel. */
export function attributesAs<Attributes>(attributes: NamedAttrMap): Attributes {
  return attributes as unknown as Attributes;
}
