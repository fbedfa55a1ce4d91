/**
 * What TensorFlow tells of one run: when each node computed (tensorflow/core/framework/step_stats.proto;
 * field numbers inline).
 */
import { BinaryReader, type WireType } from "@bufbuild/protobuf/wire";

export interface NodeTime {
  /** Name in the graph, with its prefix. */
  readonly node: string;
  /** For instance "MatMul"; "" where TensorFlow does not tell. */
  readonly op: string;
  /** "/job:localhost/replica:0/task:0/device:CPU:0" */
  readonly device: string;
  /** In the kernel, on one thread of those that ran at the same time. */
  readonly microseconds: number;
}

/** RunMetadata: step_stats = 1 → StepStats: dev_stats = 1 → DeviceStepStats: device = 1, node_stats = 2. */
export function readStepStats(runMetadata: Uint8Array): NodeTime[] {
  return messages(runMetadata, 1)
    .flatMap((stepStats) => messages(stepStats, 1))
    .flatMap((deviceStats) => {
      const [name] = messages(deviceStats, 1);
      const device = new TextDecoder().decode(name);
      return messages(deviceStats, 2).map((node) => ({ ...readNode(node), device }));
    });
}

/** NodeExecStats: node_name = 1, op_start_rel_micros = 3, op_end_rel_micros = 4, timeline_label = 8. */
function readNode(bytes: Uint8Array): Omit<NodeTime, "device"> {
  let [node, label, start, end] = ["", "", 0, 0];
  readFields(bytes, (field, reader, wireType) => {
    if (field === 1) node = reader.string();
    else if (field === 3) start = Number(reader.int64());
    else if (field === 4) end = Number(reader.int64());
    else if (field === 8) label = reader.string();
    else reader.skip(wireType);
  });
  // "name = Op(inputs)"
  const op = / = (\w+)\(/.exec(label)?.[1] ?? "";
  return { node, op, microseconds: end - start };
}

function messages(bytes: Uint8Array, wanted: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  readFields(bytes, (field, reader, wireType) => {
    if (field === wanted) found.push(reader.bytes());
    else reader.skip(wireType);
  });
  return found;
}

function readFields(
  bytes: Uint8Array,
  read: (field: number, reader: BinaryReader, wireType: WireType) => void,
): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    read(field, reader, wireType);
  }
}
