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
export { type CompiledForward, compileForward, type ForwardFunction } from "./compile/forward.ts";
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
  type LossFunction,
  slotName,
  type TrainStepContext,
  type TrainStepOptions,
  type UpdateRule,
} from "./compile/train-step.ts";
export type { Variables } from "./compile/variables.ts";
export type { TensorFlowLibraries } from "./session/c-api.ts";
export type { SessionConfig } from "./session/config.ts";
export { type TensorFlowCode, TensorFlowError } from "./session/errors.ts";
export { openSavedModel, type Session } from "./session/session.ts";
export type { NodeTime } from "./session/step-stats.ts";
export type { HostTensor } from "./session/tensor.ts";
export { TracingError } from "./tracing/errors.ts";
