/**
 * TensorFlow under Node: installed from its wheel, loaded behind tfjs-core, with fallbacks.
 *
 * `PERFORMER_DEVICE` (cpu, gpu or tpu; default cpu) is the one setting.
 *
 * @example
 * await installRuntime({ root, log: console.log }); // once per clone; milliseconds afterwards
 * const runtime = await loadRuntime({ root });      // once per process
 * console.log(formatRuntime(runtime));              // "Runtime: TensorFlow 2.21.0, 2 threads, …"
 */
export {
  type CommandOptions,
  type CommandResult,
  type CommandRunner,
  spawnRunner,
} from "./install/command-runner.ts";
export { DEVICES, type Device, deviceFromEnvironment } from "./install/device.ts";
export { currentHost, type Host } from "./install/host.ts";
export { type InstallOptions, installRuntime } from "./install/install-runtime.ts";
export { benchmarkMatmul, type MatmulBenchmark } from "./runtime/benchmark-matmul.ts";
export { type Backend, formatRuntime, type RuntimeDescription } from "./runtime/description.ts";
export { type DeviceChoice, devicePath, parseDevice, showOnly } from "./runtime/device-choice.ts";
export { type DoctorReport, doctor, formatDoctor } from "./runtime/doctor.ts";
export { type TensorflowLibraries, tensorflowLibraries } from "./runtime/libraries.ts";
export { type LoadOptions, loadRuntime } from "./runtime/load-runtime.ts";
