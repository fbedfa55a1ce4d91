/**
 * Which wheels bring TensorFlow to which machine. A set is a requirements file under `wheels/`,
 * hash-locked, and the facts that pip cannot know when it downloads for another Python.
 *
 * The wheels of one Python are named whatever Python runs pip: their shared libraries do not
 * depend on it, and their hashes stay the same everywhere.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Device } from "./device.ts";
import { type Host, isAtLeast } from "./host.ts";

export const WHEELS_PYTHON = "3.11";

export interface WheelSet {
  /** "cpu-linux-x64": also the name of the requirements file. */
  readonly name: string;
  /** Platform tags for pip, every one that a wheel of the set bears. */
  readonly platformTags: readonly string[];
  readonly minimumGlibc: string;
  readonly downloadBytes: number;
  /** Most disk held at once during installation: wheels, libraries and headers. */
  readonly diskBytes: number;
}

const GB = 1e9;

const WHEEL_SETS: readonly WheelSet[] = [
  {
    name: "cpu-linux-x64",
    platformTags: ["manylinux_2_27_x86_64"],
    minimumGlibc: "2.27",
    downloadBytes: 0.27 * GB,
    diskBytes: 1.2 * GB,
  },
  {
    name: "cpu-linux-arm64",
    platformTags: ["manylinux_2_27_aarch64"],
    minimumGlibc: "2.27",
    downloadBytes: 0.27 * GB,
    diskBytes: 1.2 * GB,
  },
  {
    name: "gpu-linux-x64",
    platformTags: [
      "manylinux_2_27_x86_64",
      "manylinux_2_17_x86_64",
      "manylinux2014_x86_64",
      "manylinux_2_12_x86_64",
      "manylinux2010_x86_64",
    ],
    minimumGlibc: "2.27",
    downloadBytes: 3.2 * GB,
    diskBytes: 10 * GB,
  },
  {
    name: "tpu-linux-x64",
    platformTags: ["manylinux_2_31_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"],
    minimumGlibc: "2.31",
    downloadBytes: 0.6 * GB,
    diskBytes: 2.5 * GB,
  },
];

/** The wheels for a device on a machine, or the reason why there are none. */
export function wheelSetFor(device: Device, host: Host): WheelSet | { readonly reason: string } {
  const name = `${device}-${host.platform}-${host.arch}`;
  const set = WHEEL_SETS.find((candidate) => candidate.name === name);
  if (set === undefined) {
    return {
      reason: `TensorFlow publishes no ${device} wheel with a C library for ${host.platform}-${host.arch}`,
    };
  }
  if (host.glibc === null || !isAtLeast(host.glibc, set.minimumGlibc)) {
    return {
      reason: `its wheel needs glibc ${set.minimumGlibc} or newer, and this system has ${host.glibc ?? "another C library (musl?)"}`,
    };
  }
  return set;
}

/** A file that is shipped beside the sources: a lock of wheels, or the script that unpacks them. */
export function shippedFile(name: string): string {
  return fileURLToPath(new URL(`../../wheels/${name}`, import.meta.url));
}

export const requirementsFile = (set: WheelSet) => shippedFile(`${set.name}.txt`);

/** The TensorFlow version that a set's requirements file locks. */
export function lockedVersion(set: WheelSet): string {
  const text = readFileSync(requirementsFile(set), "utf8");
  const version = /^tensorflow[a-z-]*==(\S+)/m.exec(text)?.[1];
  if (version === undefined) {
    throw new Error(
      `lockedVersion: expected a line "tensorflow…==version" in ${set.name}.txt, got none.`,
    );
  }
  return version;
}
