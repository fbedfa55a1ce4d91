/**
 * The setup step of the TensorFlow runtime: routes in order of preference, the first that works is
 * recorded and linked.
 *
 * It may be run as often as one likes: what is installed is found in milliseconds, what was
 * interrupted is taken up, and what failed an hour ago is tried again.
 */

import { describeRecord, formatRuntime, type RuntimeDescription } from "../runtime/description.ts";
import { type CommandRunner, spawnRunner } from "./command-runner.ts";
import { type Device, deviceFromEnvironment } from "./device.ts";
import { downloadRoute } from "./download-route.ts";
import { currentHost, type Host } from "./host.ts";
import { withInstallLock } from "./install-lock.ts";
import { lockPath } from "./layout.ts";
import { type FailedAttempt, type RuntimeRecord, readRecord, writeRecord } from "./record.ts";
import { type InstallContext, type Obtained, type Route, RouteError } from "./route.ts";
import { linkAddon } from "./tfjs-node.ts";
import { wasmRoute } from "./wasm-route.ts";
import { wheelRoute } from "./wheel-route.ts";

export interface InstallOptions {
  /** The clone's folder. */
  readonly root: string;
  /** Default: PERFORMER_DEVICE, else cpu. */
  readonly device?: Device;
  readonly log?: (line: string) => void;
  /** Try again at once what failed within the last hour. */
  readonly retry?: boolean;
  readonly runner?: CommandRunner;
  readonly host?: Host;
}

const RETRY_AFTER_MS = 60 * 60_000;
const LOCK_WAIT_MS = 90 * 60_000;

/**
 * Installs the best runtime this machine can have; the last line logged says which.
 *
 * @throws Error where even WebAssembly is absent, which means that npm's packages are not installed.
 */
export async function installRuntime({
  root,
  device = deviceFromEnvironment(),
  log = () => {},
  retry = false,
  runner = spawnRunner,
  host = currentHost(),
}: InstallOptions): Promise<RuntimeDescription> {
  const context: InstallContext = { root, host, runner, log };
  const [preferred] = routesFor(device, host);
  const installed = await preferred!.find(context);
  const record =
    installed !== null
      ? await settle(context, device, preferred!, installed, [])
      : await withInstallLock(lockPath(root), { log, waitMs: LOCK_WAIT_MS }, () =>
          tryRoutes(context, device, retry),
        );
  const description = describeRecord(record);
  log(formatRuntime(description));
  return description;
}

/** A GPU that cannot be had falls back to the processor before it falls back to an old TensorFlow. */
function routesFor(device: Device, host: Host): readonly Route[] {
  const wheels =
    device === "cpu"
      ? [wheelRoute("cpu", host)]
      : [wheelRoute(device, host), wheelRoute("cpu", host)];
  return [...wheels, downloadRoute(device === "gpu" ? "gpu" : "cpu"), wasmRoute()];
}

async function tryRoutes(
  context: InstallContext,
  device: Device,
  retry: boolean,
): Promise<RuntimeRecord> {
  const before = readRecord(context.root)?.failures ?? [];
  const failures: FailedAttempt[] = [];
  for (const route of routesFor(device, context.host)) {
    const found = await route.find(context);
    if (found !== null) return settle(context, device, route, found, failures);
    const earlier = retry ? undefined : recentFailure(before, route);
    if (earlier !== undefined) {
      context.log(
        `${route.title}: not tried again, it failed at ${earlier.at} (${earlier.reason})`,
      );
      failures.push(earlier);
      continue;
    }
    try {
      return settle(context, device, route, await route.obtain(context), failures);
    } catch (error) {
      if (!(error instanceof RouteError)) throw error;
      context.log(
        `${route.title}: ${error.kind === "missing" ? "not possible" : "failed"}: ${error.message}`,
      );
      failures.push({
        route: route.name,
        device: route.device,
        kind: error.kind,
        reason: error.message,
        at: new Date().toISOString(),
      });
    }
  }
  throw new Error(
    `installRuntime: expected at least the WebAssembly backend to be usable, got none: ${failures.at(-1)?.reason}`,
  );
}

function recentFailure(
  failures: readonly FailedAttempt[],
  route: Route,
): FailedAttempt | undefined {
  return failures.find(
    (failure) =>
      failure.route === route.name &&
      failure.device === route.device &&
      failure.kind === "failed" &&
      Date.now() - Date.parse(failure.at) < RETRY_AFTER_MS,
  );
}

/** Links what was obtained and writes down the decision. */
async function settle(
  { root, log }: InstallContext,
  requestedDevice: Device,
  route: Route,
  { key, tensorflowVersion }: Obtained,
  failures: readonly FailedAttempt[],
): Promise<RuntimeRecord> {
  if (key !== null && (await linkAddon(root, key))) log("linked tfjs-node to its addon");
  const record: RuntimeRecord = {
    formatVersion: 1,
    requestedDevice,
    route: route.name,
    device: route.device,
    key,
    tensorflowVersion,
    failures,
  };
  await writeRecord(root, record);
  return record;
}
