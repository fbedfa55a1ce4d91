/**
 * The second choice: tfjs-node's own install script, which fetches an older libtensorflow and a
 * ready addon from its publisher's storage. Needs neither Python nor compiler, and is the way for
 * macOS and Windows.
 *
 * The script writes beside itself and rewrites its own package.json, so it runs on a copy of
 * tfjs-node under .runtime: node_modules stays as npm made it, and an interrupted run is scratch.
 */
import { existsSync } from "node:fs";
import { copyFile, cp, readdir, rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { lastWords } from "./command-runner.ts";
import { completeOnce } from "./complete-once.ts";
import type { Device } from "./device.ts";
import { addonFolder, addonPath, packageFolder, runtimeFolder } from "./layout.ts";
import { findInstalled, writeManifest } from "./manifest.ts";
import { probeAddon } from "./probe-addon.ts";
import { type InstallContext, type Obtained, type Route, RouteError } from "./route.ts";
import { tfjsNodeVersion } from "./tfjs-node.ts";

const DOWNLOAD_LIMIT_MS = 10 * 60_000;
const NEEDED = ["package.json", "scripts", "binding", "binding.gyp"];

export function downloadRoute(device: Exclude<Device, "tpu">): Route {
  const keyFor = ({ root, host }: InstallContext) =>
    `tfjs-node-${tfjsNodeVersion(root)}-download-${device}-${host.platform}-${host.arch}`;
  return {
    name: "download",
    device,
    title: `tfjs-node's own download for ${device}`,
    find: async (context) => findInstalled(context.root, keyFor(context)),
    obtain: (context) => obtainDownload(context, device, keyFor(context)),
  };
}

async function obtainDownload(
  context: InstallContext,
  device: Exclude<Device, "tpu">,
  key: string,
): Promise<Obtained> {
  const { root, host, runner, log } = context;
  const tfjsNode = packageFolder(root, "@tensorflow/tfjs-node");
  log(`running tfjs-node's install script (limit ${DOWNLOAD_LIMIT_MS / 60_000} minutes)`);
  const installed = join(runtimeFolder(root), key);
  await rm(installed, { recursive: true, force: true }); // damaged by hand, or we would not be here
  let tensorflowVersion = "";
  await completeOnce(installed, async (scratch) => {
    for (const name of NEEDED) {
      await cp(join(tfjsNode, name), join(scratch, name), { recursive: true });
    }
    const result = await runner.run(
      process.execPath,
      [join(scratch, "scripts", "install.js"), device, "download"],
      {
        cwd: scratch,
        timeoutMs: DOWNLOAD_LIMIT_MS,
        env: { PATH: [join(root, "node_modules", ".bin"), process.env["PATH"]].join(delimiter) },
      },
    );
    if (result.outcome === "timed-out") {
      throw new RouteError("failed", `no end after ${DOWNLOAD_LIMIT_MS / 60_000} minutes`);
    }
    if (result.outcome !== "succeeded" || !existsSync(addonPath(scratch))) {
      throw new RouteError(
        "failed",
        downloadError(result.stdout + result.stderr) ?? lastWords(result),
      );
    }
    if (host.platform === "win32") await placeLibrariesBesideAddon(scratch);
    tensorflowVersion = await probeAddon(context, addonPath(scratch));
    await writeManifest(scratch, tensorflowVersion);
  });
  return { key, tensorflowVersion };
}

/** Node's network errors name the cause in the middle of a stack trace: "Error: getaddrinfo …". */
function downloadError(output: string): string | undefined {
  return /^.*\bError: (.*)$/m.exec(output)?.[1];
}

/** Windows has no rpath: a library is found beside the addon. The script's links would not outlive the rename. */
async function placeLibrariesBesideAddon(folder: string): Promise<void> {
  const libraries = join(folder, "deps", "lib");
  for (const name of await readdir(libraries)) {
    if (!name.endsWith(".dll")) continue;
    const copy = join(addonFolder(folder), name);
    await rm(copy, { force: true });
    await copyFile(join(libraries, name), copy);
  }
}
