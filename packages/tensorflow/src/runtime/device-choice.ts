/**
 * One device for one process: a host with several GPUs runs one worker a GPU, each of which sees no other.
 * That is settled by the environment, before TensorFlow is loaded, as it takes what it sees at start.
 */
import type { Device } from "../install/device.ts";

export interface DeviceChoice {
  readonly kind: Device;
  /** Which one of those that the process may see; default the first. */
  readonly index?: number;
}

/** "cpu", "gpu", "gpu:1". @throws {Error} for anything else. */
export function parseDevice(text: string): DeviceChoice {
  const [, kind, index] = /^(cpu|gpu|tpu)(?::(\d+))?$/.exec(text) ?? [];
  if (kind === undefined || (kind === "cpu" && index !== undefined)) {
    throw new Error(`parseDevice: expected cpu, gpu, tpu or, of several, gpu:1, got "${text}"`);
  }
  return { kind: kind as Device, ...(index !== undefined && { index: Number(index) }) };
}

/**
 * Hides all GPUs but the chosen one. Call before `loadRuntime`.
 * @throws {RangeError} where CUDA_VISIBLE_DEVICES, which schedulers set, has fewer.
 */
export function showOnly(
  { kind, index }: DeviceChoice,
  environment: Record<string, string | undefined> = process.env,
): void {
  if (kind !== "gpu" || index === undefined) return;
  const visible = environment["CUDA_VISIBLE_DEVICES"]?.split(",");
  const chosen = visible === undefined ? String(index) : visible[index];
  if (chosen === undefined) {
    throw new RangeError(
      `showOnly: expected GPU ${index} among those of CUDA_VISIBLE_DEVICES (${visible?.join(",")}), got ${visible?.length}; choose a lower number`,
    );
  }
  environment["CUDA_VISIBLE_DEVICES"] = chosen;
}

/** TensorFlow's name of the device in this process: "/device:GPU:0". */
export function devicePath({ kind }: DeviceChoice): string {
  return `/device:${kind.toUpperCase()}:0`;
}
