/**
 * SavedModel bytes (tensorflow/core/protobuf/saved_model.proto, meta_graph.proto): one graph with one
 * signature, "serving_default".
 */
import { DATA_TYPE } from "./data-type.ts";
import { type Graph, type Output, outputName } from "./graph.ts";
import { writeGraph } from "./graph-def.ts";
import { BinaryWriter, integer, message, text } from "./proto-writer.ts";
import { writeShape } from "./tensor-proto.ts";

/** The tag that loaders ask for, and the name of the signature that they call. */
const SERVE = "serve";
const SIGNATURE = "serving_default";

export interface Signature {
  readonly inputs: Readonly<Record<string, Output>>;
  readonly outputs: Readonly<Record<string, Output>>;
}

/** SavedModel: saved_model_schema_version = 1, meta_graphs = 2. */
export function encodeSavedModel(graph: Graph, signature: Signature, version: string): Uint8Array {
  const writer = new BinaryWriter();
  integer(writer, 1, 1);
  message(writer, 2, () => writeMetaGraph(writer, graph, signature, version));
  return writer.finish();
}

/** MetaGraphDef: meta_info_def = 1 (tags = 4, tensorflow_version = 5), graph_def = 2, signature_def = 5. */
function writeMetaGraph(
  writer: BinaryWriter,
  graph: Graph,
  signature: Signature,
  version: string,
): void {
  message(writer, 1, () => {
    text(writer, 4, SERVE);
    text(writer, 5, version);
  });
  const ends = [...Object.values(signature.inputs), ...Object.values(signature.outputs)];
  message(writer, 2, () =>
    writeGraph(
      writer,
      graph,
      ends.map((output) => output.node),
    ),
  );
  message(writer, 5, () => {
    text(writer, 1, SIGNATURE);
    message(writer, 2, () => writeSignature(writer, signature));
  });
}

/** SignatureDef: inputs = 1, outputs = 2 (maps: key = 1, value = 2), method_name = 3. */
function writeSignature(writer: BinaryWriter, { inputs, outputs }: Signature): void {
  const ends = [
    [1, inputs],
    [2, outputs],
  ] as const;
  for (const [field, tensors] of ends) {
    for (const [name, output] of Object.entries(tensors)) {
      message(writer, field, () => {
        text(writer, 1, name);
        message(writer, 2, () => writeTensorInfo(writer, output));
      });
    }
  }
  text(writer, 3, "tensorflow/serving/predict");
}

/** TensorInfo: name = 1, dtype = 2, tensor_shape = 3. The name always carries its index. */
function writeTensorInfo(writer: BinaryWriter, output: Output): void {
  const name = outputName(output);
  text(writer, 1, name.includes(":") ? name : `${name}:0`);
  integer(writer, 2, DATA_TYPE[output.type]);
  message(writer, 3, () => writeShape(writer, output.shape));
}
