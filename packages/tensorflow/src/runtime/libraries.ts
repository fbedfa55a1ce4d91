/**
 * The two shared libraries of an installed TensorFlow, for those who call its C API directly: the
 * very files that tfjs-node's addon loads, so that both talk to one TensorFlow.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { runtimeFolder } from "../install/layout.ts";
import { readRecord } from "../install/record.ts";

export interface TensorflowLibraries {
  /** Tensors, buffers, status: libtensorflow_framework. Load it first. */
  readonly framework: string;
  /** Graphs, sessions, eager operations: libtensorflow_cc or libtensorflow. */
  readonly tensorflow: string;
}

/** Candidates, relative to the runtime's folder: the wheel's, then tfjs-node's download on Linux and macOS. */
const LOCATIONS: readonly TensorflowLibraries[] = [
  {
    framework: "site/tensorflow/libtensorflow_framework.so.2",
    tensorflow: "site/tensorflow/libtensorflow_cc.so.2",
  },
  {
    framework: "deps/lib/libtensorflow_framework.so.2",
    tensorflow: "deps/lib/libtensorflow.so.2",
  },
  {
    framework: "deps/lib/libtensorflow_framework.2.dylib",
    tensorflow: "deps/lib/libtensorflow.2.dylib",
  },
];

/** Absolute paths, or null where no TensorFlow with both libraries is installed (wasm, Windows). */
export function tensorflowLibraries(root: string): TensorflowLibraries | null {
  const key = readRecord(root)?.key;
  if (key === null || key === undefined) return null;
  const installed = join(runtimeFolder(root), key);
  for (const { framework, tensorflow } of LOCATIONS) {
    const found = {
      framework: join(installed, framework),
      tensorflow: join(installed, tensorflow),
    };
    if (existsSync(found.framework) && existsSync(found.tensorflow)) return found;
  }
  return null;
}
