/**
 * A compiled function as a SavedModel that Python, C++ and TensorFlow Serving load. The variables are
 * frozen into it as they stand, so the folder is one file and needs no checkpoint beside it; the price
 * is that it cannot be trained on, and that a protobuf ends at 2 GB.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { HostType } from "../graph/data-type.ts";
import { reachableNodes, type Shape } from "../graph/graph.ts";
import { encodeSavedModel } from "../graph/saved-model-proto.ts";
import { TracingError } from "../tracing/errors.ts";
import type { ForwardFunction } from "./forward.ts";
import type { Program } from "./program.ts";
import { recordPiece, SEED } from "./traced-function.ts";

export interface SavedModelOptions {
  /** Made where it is missing; gets saved_model.pb. */
  readonly directory: string;
  /** Types and static shapes of the inputs of the signature. */
  readonly inputs: Readonly<Record<string, { readonly type: HostType; readonly shape: Shape }>>;
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
  const frozen = await program.variables.read([...program.variables.specs.keys()]);
  const { graph, signature } = recordPiece(
    program,
    inputs,
    ({ graph, trace, placeholders, inputs, context }) => {
      const outputs = Object.entries(build(inputs, context)).map(
        ([name, tensor]) => [name, trace.output(tensor)] as const,
      );
      return { graph, signature: { inputs: placeholders, outputs: Object.fromEntries(outputs) } };
    },
    { frozen },
  );
  const ends = Object.values(signature.outputs).map((output) => output.node);
  if (reachableNodes(graph, ends).some((node) => node.name === SEED)) {
    throw new TracingError(
      "exportSavedModel: expected a function of its inputs alone, got one that draws random numbers; export it without dropout",
    );
  }
  await mkdir(directory, { recursive: true });
  const bytes = encodeSavedModel(graph, signature, program.session.version);
  await writeFile(join(directory, "saved_model.pb"), bytes);
}
