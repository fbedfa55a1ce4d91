/**
 * `.runtime/runtime.json`: what the last installation decided and why, for people and for
 * {@link loadRuntime}. An unreadable record counts as none; installing again mends it.
 */
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { DEVICES, type Device } from "./device.ts";
import { recordPath, runtimeFolder } from "./layout.ts";
import { ROUTE_NAMES, type RouteName } from "./route.ts";

/** A route that was tried and led nowhere. */
export interface FailedAttempt {
  readonly route: RouteName;
  readonly device: Device;
  readonly kind: "missing" | "failed";
  readonly reason: string;
  /** ISO 8601. */
  readonly at: string;
}

export interface RuntimeRecord {
  readonly formatVersion: 1;
  /** The device that was asked for. */
  readonly requestedDevice: Device;
  readonly route: RouteName;
  /** The device of the route that worked: `cpu` where a GPU was asked for and could not be had. */
  readonly device: Device;
  /** Folder under .runtime; null for WebAssembly. */
  readonly key: string | null;
  readonly tensorflowVersion: string | null;
  readonly failures: readonly FailedAttempt[];
}

export function readRecord(root: string): RuntimeRecord | null {
  const path = recordPath(root);
  if (!existsSync(path)) return null;
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    return isRecord(value) ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

export async function writeRecord(root: string, record: RuntimeRecord): Promise<void> {
  await mkdir(runtimeFolder(root), { recursive: true });
  const fresh = `${recordPath(root)}.new-${process.pid}`;
  await writeFile(fresh, `${JSON.stringify(record, null, 2)}\n`);
  await rename(fresh, recordPath(root));
}

function isRecord(value: unknown): value is RuntimeRecord {
  if (typeof value !== "object" || value === null) return false;
  const record: Partial<Record<keyof RuntimeRecord, unknown>> = value;
  return (
    record.formatVersion === 1 &&
    DEVICES.some((name) => name === record.device) &&
    DEVICES.some((name) => name === record.requestedDevice) &&
    ROUTE_NAMES.some((name) => name === record.route) &&
    isStringOrNull(record.key) &&
    isStringOrNull(record.tensorflowVersion) &&
    Array.isArray(record.failures)
  );
}

const isStringOrNull = (value: unknown) => value === null || typeof value === "string";
