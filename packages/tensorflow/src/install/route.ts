/**
 * A route is one way to come by a runtime. The installer tries routes in order and keeps the first
 * that works; each says plainly why it does not.
 */
import type { CommandRunner } from "./command-runner.ts";
import type { Device } from "./device.ts";
import type { Host } from "./host.ts";

export interface InstallContext {
  /** The clone's folder; node_modules and .runtime lie in it. */
  readonly root: string;
  readonly host: Host;
  readonly runner: CommandRunner;
  readonly log: (line: string) => void;
}

export interface Obtained {
  /** Folder name under .runtime; null where the runtime needs no files there (WebAssembly). */
  readonly key: string | null;
  readonly tensorflowVersion: string | null;
}

export const ROUTE_NAMES = ["wheel", "download", "wasm"] as const;
export type RouteName = (typeof ROUTE_NAMES)[number];

export interface Route {
  readonly name: RouteName;
  readonly device: Device;
  /** Words for the log: "TensorFlow 2.21.0 for cpu". */
  readonly title: string;
  /** What is on disk already, complete; null where there is nothing. Milliseconds. */
  find(context: InstallContext): Promise<Obtained | null>;
  /** @throws RouteError */
  obtain(context: InstallContext): Promise<Obtained>;
}

/**
 * Why a route led nowhere. `missing` is a prerequisite that the user can supply, and is looked for
 * again at every run; `failed` is an attempt that cost time (network, compiler), and is not
 * repeated for a while.
 */
export class RouteError extends Error {
  override readonly name = "RouteError";
  readonly kind: "missing" | "failed";

  constructor(kind: "missing" | "failed", reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.kind = kind;
  }
}
