/**
 * The first choice: a current TensorFlow out of its wheel, and tfjs-node's addon built against it.
 *
 * Stages, each kept when the next is interrupted: wheels → libraries and headers → addon. All of
 * it grows in a staging folder that one rename turns into the runtime.
 */
import { existsSync } from "node:fs";
import { cp, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { buildAddon } from "./build-addon.ts";
import { completeOnce } from "./complete-once.ts";
import type { Device } from "./device.ts";
import { downloadWheels, extractWheels } from "./fetch-wheels.ts";
import type { Host } from "./host.ts";
import { ADDON_NAME, addonPath, packageFolder, runtimeFolder, stagingFolder } from "./layout.ts";
import { findInstalled, writeManifest } from "./manifest.ts";
import { findCompiler, findPython, requireDiskSpace } from "./prerequisites.ts";
import { probeAddon } from "./probe-addon.ts";
import { type InstallContext, type Obtained, type Route, RouteError } from "./route.ts";
import { tfjsNodeVersion } from "./tfjs-node.ts";
import { lockedVersion, type WheelSet, wheelSetFor } from "./wheel-set.ts";

/** From lib/napi-v8 to the wheel's libraries. */
const RPATH = "$ORIGIN/../../site/tensorflow";

export function wheelRoute(device: Device, host: Host): Route {
  const set = wheelSetFor(device, host);
  const keyFor = (wheels: WheelSet, root: string) =>
    `tensorflow-${lockedVersion(wheels)}-${wheels.name}-tfjs-node-${tfjsNodeVersion(root)}`;
  return {
    name: "wheel",
    device,
    title: "reason" in set ? "TensorFlow" : `TensorFlow ${lockedVersion(set)} for ${device}`,
    find: async ({ root }) => ("reason" in set ? null : findInstalled(root, keyFor(set, root))),
    obtain: async (context) => {
      if ("reason" in set) throw new RouteError("missing", set.reason);
      return obtainWheel(context, set, keyFor(set, context.root));
    },
  };
}

async function obtainWheel(context: InstallContext, set: WheelSet, key: string): Promise<Obtained> {
  const { root, runner } = context;
  const [python, compiler] = await Promise.all([findPython(runner), findCompiler(runner)]);
  const staging = stagingFolder(root, key);
  await mkdir(staging, { recursive: true });
  const wheels = join(staging, "wheels");
  const payload = join(staging, "payload");
  const addon = join(staging, "addon");

  if (!existsSync(payload)) {
    await requireDiskSpace(staging, set.diskBytes);
    await completeOnce(wheels, (scratch) => downloadWheels(context, set, python, scratch));
    await completeOnce(payload, (scratch) =>
      extractWheels(context, python, wheels, join(scratch, "site")),
    );
  }
  await rm(wheels, { recursive: true, force: true });

  const tensorflow = join(payload, "site", "tensorflow");
  const tfjsNode = packageFolder(root, "@tensorflow/tfjs-node");
  await completeOnce(addon, (output) =>
    buildAddon(context, { compiler, tfjsNode, tensorflow, output, rpath: RPATH }),
  );
  await cp(join(addon, ADDON_NAME), addonPath(payload), { recursive: true });

  const tensorflowVersion = await probeAddon(context, addonPath(payload)).catch(async (error) => {
    await rm(staging, { recursive: true, force: true }); // complete and useless: start anew next time
    throw error;
  });
  await rm(join(tensorflow, "include"), { recursive: true, force: true });
  await writeManifest(payload, tensorflowVersion);
  const installed = join(runtimeFolder(root), key);
  await rm(installed, { recursive: true, force: true }); // damaged by hand, or we would not be here
  await rename(payload, installed);
  await rm(staging, { recursive: true, force: true });
  return { key, tensorflowVersion };
}
