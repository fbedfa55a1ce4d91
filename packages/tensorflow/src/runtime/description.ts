/** What runs the arithmetic, as data and as the one line that setup, doctor and training print. */
import type { Device } from "../install/device.ts";
import type { RuntimeRecord } from "../install/record.ts";
import { gpuNames, instructionSets, processorName, tensorflowThreads } from "./processor.ts";

export const BACKENDS = ["tensorflow", "wasm", "cpu"] as const;
export type Backend = (typeof BACKENDS)[number];

export interface RuntimeDescription {
  readonly backend: Backend;
  /** As TensorFlow reports it; absent where no TensorFlow runs. */
  readonly tensorflowVersion?: string;
  /** Threads that one operation is spread over. */
  readonly threads: number;
  readonly device: Device;
  /** "AMD EPYC 9654", "NVIDIA H100 80GB HBM3". */
  readonly deviceName: string;
  /** Of the processor, in the order of their age: ["AVX", "AVX2", "FMA"]. */
  readonly instructionSets: readonly string[];
  /** Why nothing better runs, one entry a better choice; empty where the first choice runs. */
  readonly reasons: readonly string[];
}

/** A description of TensorFlow on the device that it runs on. */
export function describeTensorflow(
  device: Device,
  tensorflowVersion: string,
  reasons: readonly string[],
): RuntimeDescription {
  return {
    backend: "tensorflow",
    tensorflowVersion,
    threads: tensorflowThreads(),
    device,
    deviceName: deviceName(device),
    instructionSets: instructionSets(),
    reasons,
  };
}

/** A description of a backend that is JavaScript or WebAssembly: one thread of the processor. */
export function describePortable(
  backend: Exclude<Backend, "tensorflow">,
  reasons: readonly string[],
): RuntimeDescription {
  return {
    backend,
    threads: 1,
    device: "cpu",
    deviceName: deviceName("cpu"),
    instructionSets: backend === "wasm" ? ["WebAssembly SIMD"] : [],
    reasons,
  };
}

/** What a recorded installation will run as, without loading it. */
export function describeRecord(record: RuntimeRecord): RuntimeDescription {
  const reasons = failureReasons(record);
  return record.tensorflowVersion === null
    ? describePortable("wasm", reasons)
    : describeTensorflow(record.device, record.tensorflowVersion, reasons);
}

/** The reasons that an installation left behind: "wheel (cpu): no C++ compiler …". */
export function failureReasons(record: RuntimeRecord): string[] {
  return record.failures.map(({ route, device, reason }) => `${route} (${device}): ${reason}`);
}

function deviceName(device: Device): string {
  switch (device) {
    case "cpu":
      return processorName();
    case "gpu":
      return gpuNames().join(", ") || "(no NVIDIA driver found)";
    case "tpu":
      return "Cloud TPU";
    default:
      return device satisfies never;
  }
}

/**
 * The one line: runtime, TensorFlow's version, threads, device and instruction sets.
 *
 * @example "Runtime: TensorFlow 2.21.0, 2 threads, cpu AMD EPYC (AVX, AVX2, FMA)"
 */
export function formatRuntime(description: RuntimeDescription): string {
  const { backend, tensorflowVersion, threads, device, deviceName, instructionSets } = description;
  const name = {
    tensorflow: `TensorFlow ${tensorflowVersion}`,
    wasm: "WebAssembly (no TensorFlow)",
    cpu: "plain JavaScript (no TensorFlow)",
  }[backend];
  const sets = instructionSets.length > 0 ? ` (${instructionSets.join(", ")})` : "";
  return `Runtime: ${name}, ${threads} ${threads === 1 ? "thread" : "threads"}, ${device} ${deviceName}${sets}`;
}
