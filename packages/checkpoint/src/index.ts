/**
 * The checkpoint format without files: safetensors and float16 to and from bytes, the manifest's
 * checks, a model from named tensors. Packages above bring the bytes: training from folders, the
 * dashboard from the web.
 *
 * @example
 * const manifest = parseManifest(url, await (await fetch(`${url}/manifest.json`)).text());
 * const model = await readModel({ path: url, manifest, weights, digest });
 */
export { assembleModel, toTensor } from "./assemble-model.ts";
export { CheckpointError, type CheckpointFault } from "./checkpoint-error.ts";
export { HALF_ROUNDOFF, narrowHalf, widenHalf } from "./half.ts";
export { MANIFEST_FILE, parseManifest, WEIGHTS_FILE } from "./manifest.ts";
export {
  layerOfProjection,
  modelOfTensors,
  modelTensors,
  type NamedTensors,
  namedProjections,
  tensorShapes,
} from "./model-tensors.ts";
export { type ModelBytes, readModel } from "./read-model.ts";
export {
  type DataType,
  decodeHeader,
  decodeHeaderLength,
  decodeValues,
  encodeHeader,
  type LoadedTensor,
  PREFIX_BYTES,
  readTensors,
  SafetensorsError,
  type TensorEntry,
} from "./safetensors.ts";
export { type FoundFile, verifyFile } from "./verify-file.ts";
