/**
 * Records what a synchronous tfjs function does. The tracing backend is switched on for the call
 * and the earlier backend comes back after it, also when the function throws.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Graph, Output } from "../graph/graph.ts";
import { TRACING_BACKEND, TracingBackend } from "./backend.ts";
import { TracingError } from "./errors.ts";
import type { TraceKernel } from "./kernel.ts";
import { KERNELS } from "./kernels/index.ts";
import { createRecorder, type Recorder } from "./recorder.ts";
import { traced } from "./value.ts";

export interface Trace {
  readonly recorder: Recorder;
  /** A tfjs tensor that stands for `output`. */
  tensor(output: Output): tf.Tensor;
  /** What `tensor` stands for, all elements. */
  output(tensor: tf.Tensor): Output;
  /** What `tensor` is made of, which may broadcast to it. */
  stored(tensor: tf.Tensor): Output;
}

export interface TraceOptions {
  /** [2] int32 output that random operations start from. */
  readonly seed?: Output;
}

let backend: TracingBackend | undefined;

/**
 * Calls `record` under tracing. Tensors made inside are gone when it returns: return `Output`s.
 * @throws {TracingError} for an unknown kernel, a read of values, a tensor from outside.
 */
export function traceInto<Result>(
  graph: Graph,
  record: (trace: Trace) => Result,
  { seed }: TraceOptions = {},
): Result {
  const tracing = tracingBackend();
  const recorder = createRecorder(graph, seed);
  const engine = tf.engine();
  // the getter also initialises the default backend, so that there is one to return to
  void engine.backend;
  const previous = engine.backendName;
  tracing.begin(recorder);
  try {
    switchBackend(TRACING_BACKEND);
    engine.startScope();
    try {
      return record({
        recorder,
        tensor: (output) => engine.makeTensorFromTensorInfo(tracing.bind(traced(output)), tracing),
        stored: (tensor) => tracing.lookUp(tensor, "stored").output,
        output: (tensor) => fetchable(recorder, recorder.full(tracing.lookUp(tensor, "output"))),
      });
    } finally {
      engine.endScope();
    }
  } finally {
    switchBackend(previous);
    tracing.end();
  }
}

/** TensorFlow refuses to fetch what is fed in the same run. */
function fetchable(recorder: Recorder, output: Output): Output {
  if (output.node.op !== "Placeholder") return output;
  return recorder.emit("Identity", [output], { attributes: { T: { type: output.type } } });
}

/** tfjs's setBackend is declared async, but with a backend made synchronously it is done on return. */
function switchBackend(name: string): void {
  void tf.engine().setBackend(name);
  if (tf.engine().backendName !== name) {
    throw new TracingError(
      `switchBackend: expected backend ${name}, got ${tf.engine().backendName}`,
    );
  }
}

function tracingBackend(): TracingBackend {
  if (backend !== undefined) return backend;
  const created = new TracingBackend();
  tf.registerBackend(TRACING_BACKEND, () => created, -1);
  for (const [kernelName, kernel] of Object.entries(KERNELS)) {
    tf.registerKernel({
      kernelName,
      backendName: TRACING_BACKEND,
      kernelFunc: ({ inputs, attrs }) => runKernel(created, kernelName, kernel, inputs, attrs),
    });
  }
  backend = created;
  return created;
}

function runKernel(
  tracing: TracingBackend,
  name: string,
  kernel: TraceKernel,
  inputs: tf.NamedTensorInfoMap,
  attributes: tf.NamedAttrMap | undefined,
): tf.TensorInfo | tf.TensorInfo[] {
  const values = Object.fromEntries(
    Object.entries(inputs)
      .filter(([, tensor]) => tensor !== undefined && tensor !== null)
      .map(([key, tensor]) => [key, tracing.lookUp(tensor as tf.TensorInfo, name)]),
  );
  const result = kernel(tracing.recorder, values, attributes ?? {});
  return Array.isArray(result)
    ? result.map((value) => tracing.bind(value))
    : tracing.bind(result as Exclude<typeof result, readonly unknown[]>);
}
