/** Loads the WebAssembly backend with the binaries that npm brought; nothing is fetched. */
import { sep } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { wasmFolder } from "../install/wasm-route.ts";
import { describePortable, type RuntimeDescription } from "./description.ts";
import { registerSegmentSumForWasm } from "./segment-sum-kernel.ts";

export async function loadWasm(root: string): Promise<RuntimeDescription> {
  await import("@tensorflow/tfjs"); // registers gradients on the one tfjs-core
  const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
  setWasmPaths(wasmFolder(root) + sep);
  if (!(await tf.setBackend("wasm"))) {
    throw new Error("loadWasm: expected the WebAssembly backend to start, got a refusal.");
  }
  registerSegmentSumForWasm();
  return describePortable("wasm", []);
}
