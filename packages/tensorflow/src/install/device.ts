/**
 * The one setting of the TensorFlow runtime: which kind of device it is built for.
 *
 * `PERFORMER_DEVICE` is read here and nowhere else; it says what to install, and what is then
 * found on the machine says what runs. There is no "auto": a wheel set for GPUs is ten times as
 * large as the one for processors, so taking it is the user's word, not our guess.
 */

export const DEVICES = ["cpu", "gpu", "tpu"] as const;
export type Device = (typeof DEVICES)[number];

/**
 * The device that the environment asks for; `cpu` when it is silent.
 *
 * @throws Error where PERFORMER_DEVICE is set to anything but cpu, gpu or tpu.
 */
export function deviceFromEnvironment(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Device {
  const value = environment["PERFORMER_DEVICE"]?.trim().toLowerCase();
  if (value === undefined || value === "") return "cpu";
  const device = DEVICES.find((name) => name === value);
  if (device === undefined) {
    throw new Error(
      `deviceFromEnvironment: expected PERFORMER_DEVICE to be one of ${DEVICES.join(", ")}, got "${value}". Unset it for cpu.`,
    );
  }
  return device;
}
