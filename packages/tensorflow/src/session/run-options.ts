/** How one run of a session is run, as RunOptions bytes (tensorflow/core/protobuf/config.proto; field numbers inline). */
import { BinaryWriter, integer, message } from "../graph/proto-writer.ts";

/** Of a run with collective operations: every worker of the cluster runs the same, in the same order. */
export interface CollectiveRun {
  /** The run fails with DEADLINE_EXCEEDED where another worker keeps it waiting for longer. */
  readonly timeoutMs: number;
}

/** TensorFlow numbers the runs of a key, and workers meet in the runs of one number. */
const GRAPH_KEY = 1;
const FULL_TRACE = 3;

/** RunOptions: timeout_in_ms = 2, experimental = 8 (collective_graph_key = 1). */
export function collectiveRunOptions({ timeoutMs }: CollectiveRun): Uint8Array {
  const writer = new BinaryWriter();
  integer(writer, 2, Math.ceil(timeoutMs));
  message(writer, 8, () => integer(writer, 1, GRAPH_KEY));
  return writer.finish();
}

/** RunOptions: trace_level = 1. */
export function profilingRunOptions(): Uint8Array {
  const writer = new BinaryWriter();
  integer(writer, 1, FULL_TRACE);
  return writer.finish();
}
