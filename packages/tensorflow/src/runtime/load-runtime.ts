/**
 * Chooses, once per process, the backend that tfjs-core runs on, with gradients registered.
 *
 * The one place where that choice is made: libraries only use tfjs-core. A backend that does not
 * load is no error as long as a lesser one does; the description carries the reasons.
 */
import * as tf from "@tensorflow/tfjs-core";
import {
  BACKENDS,
  type Backend,
  describePortable,
  type RuntimeDescription,
} from "./description.ts";
import { loadTensorflow } from "./load-tensorflow.ts";
import { loadWasm } from "./load-wasm.ts";

export interface LoadOptions {
  /** The clone's folder: its node_modules and .runtime are used. */
  readonly root: string;
  /** The best backend to try; those after it are the fallbacks. Default: tensorflow. */
  readonly prefer?: Backend;
}

const LOADERS: Readonly<Record<Backend, (root: string) => Promise<RuntimeDescription>>> = {
  tensorflow: loadTensorflow,
  wasm: loadWasm,
  cpu: loadCpu,
};

/** @throws Error where no backend loads, with every reason. */
export async function loadRuntime({
  root,
  prefer = "tensorflow",
}: LoadOptions): Promise<RuntimeDescription> {
  const reasons: string[] = [];
  const errors: unknown[] = [];
  for (const backend of BACKENDS.slice(BACKENDS.indexOf(prefer))) {
    try {
      const description = await LOADERS[backend](root);
      return { ...description, reasons: [...reasons, ...description.reasons] };
    } catch (error) {
      errors.push(error);
      reasons.push(`${backend}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new AggregateError(
    errors,
    `loadRuntime: expected one backend to load, got none: ${reasons.join("; ")}`,
  );
}

async function loadCpu(): Promise<RuntimeDescription> {
  await import("@tensorflow/tfjs"); // registers gradients and the cpu backend
  await tf.setBackend("cpu");
  return describePortable("cpu", []);
}
