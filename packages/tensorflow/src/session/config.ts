/** Session settings as ConfigProto bytes (tensorflow/core/protobuf/config.proto; field numbers inline). */
import { BinaryWriter, flag, integer, message, text } from "../graph/proto-writer.ts";

export interface SessionConfig {
  /** Threads inside one operation; 0 or absent: one a core. */
  readonly intraOpThreads?: number;
  /** Operations that run at the same time; 0 or absent: one a core. */
  readonly interOpThreads?: number;
  /** Falls back to the CPU where an operation has no kernel for the asked device. Default true. */
  readonly softPlacement?: boolean;
  /** TensorFlow's own rewriter that moves matrix products and what surrounds them to bfloat16. */
  readonly rewriteToBfloat16?: boolean;
  /** XLA for the whole graph. Off by default: on CPUs it is slower here and takes seconds to build. */
  readonly compileWithXla?: boolean;
  /** Honours the hints of which nodes the backward pass computes again rather than keeps. */
  readonly recompute?: boolean;
  /** Keeps the graph as written: for debugging and for the test of the rewriters. */
  readonly disableOptimizer?: boolean;
  /** Where nodes compute, for instance "/device:GPU:0". Default: TensorFlow's choice. */
  readonly device?: string;
  /** The server of a cluster that runs the session. Default: this process by itself. */
  readonly server?: SessionServer;
}

/** This worker's server, and how it is called among the workers: "/job:worker/replica:0/task:1". */
export interface SessionServer {
  readonly target: string;
  readonly task: string;
  /** The worker that brings the members of a collective operation together. */
  readonly leader: string;
}

/** Levels of OptimizerOptions.GlobalJitLevel. */
const JIT_ON_2 = 2;
/** RewriterConfig.MemOptType.MANUAL: recomputes nodes that carry the attribute _recompute_hint. */
const MEMORY_MANUAL = 2;
/** RewriterConfig.Toggle.ON. */
const TOGGLE_ON = 1;

/**
 * ConfigProto: intra_op = 2, device_filters = 4, inter_op = 5, allow_soft_placement = 7, graph_options = 10,
 * experimental = 16 (collective_group_leader = 1). The filter keeps a session to its own worker: without it
 * TensorFlow would wait for all others, without an end, to open one.
 */
export function encodeConfig(config: SessionConfig): Uint8Array {
  const writer = new BinaryWriter();
  const { server } = config;
  integer(writer, 2, config.intraOpThreads ?? 0);
  if (server !== undefined) text(writer, 4, server.task);
  integer(writer, 5, config.interOpThreads ?? 0);
  flag(writer, 7, config.softPlacement ?? true);
  message(writer, 10, () => writeGraphOptions(writer, config));
  if (server !== undefined) message(writer, 16, () => text(writer, 1, server.leader));
  return writer.finish();
}

/**
 * GraphOptions: optimizer_options = 3 (global_jit_level = 5), rewrite_options = 10
 * (memory_optimization = 4, disable_meta_optimizer = 19, auto_mixed_precision_onednn_bfloat16 = 31).
 */
function writeGraphOptions(writer: BinaryWriter, config: SessionConfig): void {
  if (config.compileWithXla === true) message(writer, 3, () => integer(writer, 5, JIT_ON_2));
  message(writer, 10, () => {
    if (config.recompute === true) integer(writer, 4, MEMORY_MANUAL);
    if (config.disableOptimizer === true) flag(writer, 19, true);
    if (config.rewriteToBfloat16 === true) integer(writer, 31, TOGGLE_ON);
  });
}
