/** Loads tfjs-node on the recorded TensorFlow: polyfill, link, environment, then the addon. */
import { createRequire } from "node:module";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { runtimeFolder } from "../install/layout.ts";
import { readRecord } from "../install/record.ts";
import { linkAddon } from "../install/tfjs-node.ts";
import { describeTensorflow, failureReasons, type RuntimeDescription } from "./description.ts";
import { setTensorflowEnvironment } from "./environment.ts";
import { tensorflowLibraries } from "./libraries.ts";
import { mapLibrary } from "./map-library.ts";
import { replaceRemovedUtilities } from "./node-compatibility.ts";

const SETUP = "Run `npm run performer -- setup`";

/**
 * @throws Error saying why TensorFlow cannot run here: not installed, installed as WebAssembly, or
 *   an addon that does not load.
 */
export async function loadTensorflow(root: string): Promise<RuntimeDescription> {
  const record = readRecord(root);
  if (record === null) throw new Error(`it has not been installed. ${SETUP}`);
  if (record.key === null) throw new Error(failureReasons(record).join("; "));
  // node_modules may have been replaced since the installation: the link costs nothing to mend.
  await linkAddon(root, record.key);
  replaceRemovedUtilities();
  setTensorflowEnvironment(record.device, join(runtimeFolder(root), record.key));
  const libraries = tensorflowLibraries(root);
  if (libraries) mapLibrary(libraries.framework); // silently, which the addon's own loading is not
  // CommonJS, and it must not be loaded before the lines above.
  createRequire(join(root, "package.json"))("@tensorflow/tfjs-node");
  if (tf.findBackend("tensorflow") === null) {
    throw new Error(
      "loadTensorflow: expected tfjs-node to register on our tfjs-core, got another copy. Run `npm dedupe`.",
    );
  }
  await tf.setBackend("tensorflow");
  const { version, usesGpu } = inspectBackend(tf.backend());
  const device = record.device === "gpu" && !usesGpu ? "cpu" : record.device;
  const reasons = failureReasons(record);
  if (device !== record.device) reasons.push("gpu: TensorFlow sees no GPU on this machine");
  return describeTensorflow(device, version, reasons);
}

/** What tfjs-node's backend knows of itself; its class is not exported. */
function inspectBackend(backend: object): { version: string; usesGpu: boolean } {
  if (!("binding" in backend) || typeof backend.binding !== "object" || backend.binding === null) {
    throw new Error("loadTensorflow: expected tfjs-node's backend to have a binding, got none.");
  }
  const version = "TF_Version" in backend.binding ? String(backend.binding.TF_Version) : "unknown";
  return { version, usesGpu: "isUsingGpuDevice" in backend && backend.isUsingGpuDevice === true };
}
