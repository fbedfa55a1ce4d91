/**
 * Where the runtime lies on disk. Everything is under `<root>/.runtime`: outside node_modules, so
 * that `npm ci` costs a symbolic link and not a gigabyte; inside the clone, so that deleting the
 * clone deletes all.
 *
 *     .runtime/runtime.json                      what was decided and why
 *     .runtime/install.lock                      held while an installation runs
 *     .runtime/<key>/manifest.json               complete, because the folder was renamed whole
 *     .runtime/<key>/lib/napi-v8/tfjs_binding.node   tfjs-node's addon
 *     .runtime/<key>/site/tensorflow/*.so.2      from the wheel, or
 *     .runtime/<key>/deps/lib/*                  from tfjs-node's own download
 *     .runtime/staging-<key>/                    unfinished work that the next run takes up
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** The N-API level that tfjs-node 4.22 looks for on every Node since 18. */
export const NAPI_VERSION = 8;
const ADDON_FOLDER = join("lib", `napi-v${NAPI_VERSION}`);
export const ADDON_NAME = "tfjs_binding.node";

export const runtimeFolder = (root: string) => join(root, ".runtime");
export const recordPath = (root: string) => join(runtimeFolder(root), "runtime.json");
export const lockPath = (root: string) => join(runtimeFolder(root), "install.lock");
export const stagingFolder = (root: string, key: string) =>
  join(runtimeFolder(root), `staging-${key}`);

/** The folder of the addon in an installed runtime, or in tfjs-node itself: the same in both. */
export const addonFolder = (base: string) => join(base, ADDON_FOLDER);
export const addonPath = (base: string) => join(addonFolder(base), ADDON_NAME);
export const manifestPath = (installed: string) => join(installed, "manifest.json");

/** The folder of a package as the clone's root sees it. Throws what `require.resolve` throws. */
export function packageFolder(root: string, name: string): string {
  return dirname(createRequire(join(root, "package.json")).resolve(`${name}/package.json`));
}
