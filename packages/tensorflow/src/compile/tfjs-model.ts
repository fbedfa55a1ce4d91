/**
 * A compiled function as a tfjs graph model: a folder that `tf.loadGraphModel(".../model.json")` of
 * @tensorflow/tfjs-converter loads in a browser or Node, on any backend. The graph is the traced one;
 * constants are its weights, in shards that browsers cache.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeGraphJson, graphWeights, signatureJson } from "../graph/graph-json.ts";
import type { ForwardFunction } from "./forward.ts";
import { type FrozenInputs, freezeFunction } from "./frozen-function.ts";
import type { Program } from "./program.ts";

export interface TfjsModelOptions {
  /** Made where it is missing; gets model.json and the shards. */
  readonly directory: string;
  /** Types and static shapes of the inputs of the signature. */
  readonly inputs: FrozenInputs;
  /** Plain JSON that goes along: `model.artifacts.userDefinedMetadata` of a loaded model. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** As the official converter cuts them: files of this size are cached. */
const SHARD_BYTES = 4_194_304;

/** @throws {TracingError} for a function that draws random numbers. */
export async function exportTfjsModel(
  program: Program,
  build: ForwardFunction,
  { directory, inputs, metadata = {} }: TfjsModelOptions,
): Promise<void> {
  const { graph, signature } = await freezeFunction(program, build, inputs);
  const ends = Object.values(signature.outputs).map(({ node }) => node);
  const { specs, bytes } = graphWeights(graph, ends);
  const count = Math.max(1, Math.ceil(bytes.length / SHARD_BYTES));
  const paths = Array.from({ length: count }, (_, i) => `weights-${i + 1}-of-${count}.bin`);
  await mkdir(directory, { recursive: true });
  for (const [i, path] of paths.entries()) {
    await writeFile(join(directory, path), bytes.subarray(i * SHARD_BYTES, (i + 1) * SHARD_BYTES));
  }
  const model = {
    format: "graph-model",
    generatedBy: program.session.version,
    convertedBy: "protein-performer",
    modelTopology: encodeGraphJson(graph, [
      ...ends,
      ...Object.values(signature.inputs).map(({ node }) => node),
    ]),
    signature: signatureJson(signature),
    userDefinedMetadata: metadata,
    weightsManifest: [{ paths, weights: specs }],
  };
  await writeFile(join(directory, "model.json"), JSON.stringify(model));
}
