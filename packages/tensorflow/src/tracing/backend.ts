/**
 * The tfjs backend behind tracing: its tensors stand for graph outputs and hold no numbers. Values
 * live in a WeakMap of this backend's own, because tfjs's DataStorage would silently move tensors
 * of other backends here; a tensor from outside the trace is an error instead.
 */
import * as tf from "@tensorflow/tfjs-core";
import { fromTfjsType } from "../graph/data-type.ts";
import { TracingError } from "./errors.ts";
import type { Recorder } from "./recorder.ts";
import { activeOperations } from "./scope.ts";
import { type TracedValue, traced } from "./value.ts";

export const TRACING_BACKEND = "tensorflow-graph";

/** tfjs draws these in JavaScript: under tracing the numbers would freeze into the graph. */
const HOST_RANDOM = new Set([
  "dropout",
  "rand",
  "randomGamma",
  "randomNormal",
  "randomStandardNormal",
  "randomUniform",
  "randomUniformInt",
  "truncatedNormal",
]);

export class TracingBackend extends tf.KernelBackend {
  private readonly values = new WeakMap<object, TracedValue>();
  private active: Recorder | undefined;
  private count = 0;

  /** The recorder of the trace that is running. */
  get recorder(): Recorder {
    if (this.active === undefined) {
      throw new TracingError(
        `recorder: expected a running trace, got none; ${TRACING_BACKEND} is no backend to set by hand`,
      );
    }
    return this.active;
  }

  begin(recorder: Recorder): void {
    if (this.active !== undefined) {
      throw new TracingError("begin: expected no running trace, got a trace inside a trace");
    }
    this.active = recorder;
  }

  end(): void {
    this.active = undefined;
  }

  /** Each value gets an identity of its own: two tensors must not share one, or disposal miscounts. */
  bind(value: TracedValue): tf.TensorInfo {
    const dataId = {};
    this.values.set(dataId, value);
    this.count += 1;
    const dtype = value.output.type as "float32" | "int32" | "bool";
    return { dataId, shape: [...value.shape], dtype };
  }

  lookUp(tensor: tf.TensorInfo, kernel: string): TracedValue {
    const value = this.values.get(tensor.dataId);
    if (value === undefined) {
      throw new TracingError(
        `${kernel}: expected tensors of this trace, got one of shape [${tensor.shape}] made outside it; pass it as an input of the compiled function`,
      );
    }
    return value;
  }

  override write(
    values: tf.backend_util.BackendValues,
    shape: number[],
    dtype: tf.DataType,
  ): object {
    const frozen = activeOperations().find((name) => HOST_RANDOM.has(name));
    if (frozen !== undefined) {
      throw new TracingError(
        `${frozen}: expected a draw inside the graph, got one in JavaScript that would repeat at every run; use the trace's random source`,
      );
    }
    const type = fromTfjsType(dtype);
    const numbers = values as Float32Array | Int32Array | Uint8Array;
    const [first] = numbers;
    const constant =
      first !== undefined && numbers.every((value) => Object.is(value, first))
        ? this.recorder.splat(Number(first), type, shape)
        : traced(
            this.recorder.graph.constant(`constants/${type}`, {
              type,
              shape,
              values: numbers.slice(),
            }),
          );
    return this.bind(constant).dataId;
  }

  override readSync(): never {
    throw new TracingError(
      "dataSync: expected a value, got a tensor of a graph under construction; return it from the compiled function and read it from the run's result",
    );
  }

  override async read(): Promise<never> {
    return this.readSync();
  }

  override disposeData(): boolean {
    this.count -= 1;
    return true;
  }

  override numDataIds(): number {
    return this.count;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override refCount(): number {
    return 1;
  }

  override incRef(): void {}

  override floatPrecision(): 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override dispose(): void {}
}
