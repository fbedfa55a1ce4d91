/**
 * A compiled function as a SavedModel that Python, C++ and TensorFlow Serving load. The variables are
 * frozen into it as they stand, so the folder is one file and needs no checkpoint beside it; the price
 * is that it cannot be trained on, and that a protobuf ends at 2 GB.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeSavedModel } from "../graph/saved-model-proto.ts";
import type { ForwardFunction } from "./forward.ts";
import { type FrozenInputs, freezeFunction } from "./frozen-function.ts";
import type { Program } from "./program.ts";

export interface SavedModelOptions {
  /** Made where it is missing; gets saved_model.pb. */
  readonly directory: string;
  /** Types and static shapes of the inputs of the signature. */
  readonly inputs: FrozenInputs;
}

/**
 * Writes `build` with the signature "serving_default": input and output names are the function's.
 * @throws {TracingError} for a function that draws random numbers: a signature feeds no seed.
 */
export async function exportSavedModel(
  program: Program,
  build: ForwardFunction,
  { directory, inputs }: SavedModelOptions,
): Promise<void> {
  const { graph, signature } = await freezeFunction(program, build, inputs);
  await mkdir(directory, { recursive: true });
  const bytes = encodeSavedModel(graph, signature, program.session.version);
  await writeFile(join(directory, "saved_model.pb"), bytes);
}
