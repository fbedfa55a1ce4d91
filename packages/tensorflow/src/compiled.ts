/**
 * tfjs functions as compiled TensorFlow graphs, run through TensorFlow's C API.
 *
 * @example
 * const program = openProgram({ libraries: tensorflowLibraries(root), precision: "bf16" });
 * await program.variables.assign({ weight: { type: "float32", shape: [2], values: Float32Array.of(1, 2) } });
 * const scale = compileForward(program, "scale", ({ x }, { variables }) => ({
 *   y: tf.mul(x, variables.weight),
 * }));
 * const { y } = await scale({ x: { type: "float32", shape: [2], values: Float32Array.of(3, 4) } });
 * await program.close();
 */
export {
  type AccumulatedStep,
  type AccumulatedStepOptions,
  type AccumulatedUpdate,
  compileAccumulatedStep,
  type SummedLossFunction,
} from "./compile/accumulated-step.ts";
export { type CompiledForward, compileForward, type ForwardFunction } from "./compile/forward.ts";
export type { LossFunction } from "./compile/gradients.ts";
export type { AdamWConfig } from "./compile/optimizer.ts";
export {
  openProgram,
  type Precision,
  type Program,
  type ProgramOptions,
  supportsBfloat16,
} from "./compile/program.ts";
export { exportSavedModel, type SavedModelOptions } from "./compile/saved-model.ts";
export { exportTfjsModel, type TfjsModelOptions } from "./compile/tfjs-model.ts";
export type { GraphContext, Seed } from "./compile/traced-function.ts";
export {
  type CompiledTrainStep,
  compileTrainStep,
  type TrainStepContext,
  type TrainStepOptions,
} from "./compile/train-step.ts";
export { slotName, type UpdateOptions, type UpdateRule } from "./compile/trained-variables.ts";
export type { Variables } from "./compile/variables.ts";
export { broadcastVariables } from "./distributed/broadcast.ts";
export {
  type Cluster,
  type JoinOptions,
  joinCluster,
  type Occasion,
} from "./distributed/cluster.ts";
export { ClusterError } from "./distributed/errors.ts";
export { freeAddresses } from "./distributed/free-addresses.ts";
export { type Member, type Membership, membershipOf } from "./distributed/membership.ts";
export type { TensorFlowLibraries } from "./session/c-api.ts";
export type { SessionConfig } from "./session/config.ts";
export { type FoundDevice, listDevices } from "./session/devices.ts";
export { type TensorFlowCode, TensorFlowError } from "./session/errors.ts";
export { openSavedModel, type Session } from "./session/session.ts";
export type { NodeTime } from "./session/step-stats.ts";
export type { HostTensor } from "./session/tensor.ts";
export { TracingError } from "./tracing/errors.ts";
