/**
 * TensorFlow's environment variables. They are set here only, on the way to loading TensorFlow,
 * and never over a value that the user has set.
 *
 * | variable | value | why |
 * |---|---|---|
 * | TF_CPP_MIN_LOG_LEVEL | 2 | errors only: the start-up notes are not about the user's program |
 * | TF_ENABLE_ONEDNN_OPTS | 1 | x86: oneDNN's matrix products also without AVX-512, where TensorFlow leaves them off (docs/experiments.md) |
 * | TF_FORCE_GPU_ALLOW_GROWTH | true | GPU: take memory as it is needed, not all of it at start |
 * | TF_XLA_FLAGS | --tf_xla_cpu_global_jit | sessions that ask for XLA get it on the processor too; others are not touched |
 * | TPU_LIBRARY_PATH | …/site/libtpu/libtpu.so | TPU: the driver library of the wheel |
 */
import { join } from "node:path";
import type { Device } from "../install/device.ts";

export function setTensorflowEnvironment(device: Device, installed: string): void {
  process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2";
  if (process.arch === "x64") process.env["TF_ENABLE_ONEDNN_OPTS"] ??= "1";
  process.env["TF_XLA_FLAGS"] ??= "--tf_xla_cpu_global_jit";
  if (device === "gpu") process.env["TF_FORCE_GPU_ALLOW_GROWTH"] ??= "true";
  if (device === "tpu") {
    process.env["TPU_LIBRARY_PATH"] ??= join(installed, "site", "libtpu", "libtpu.so");
  }
}
