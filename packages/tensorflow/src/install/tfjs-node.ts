/**
 * tfjs-node's folder in node_modules: its version, and the link by which it finds its addon.
 *
 * The link is a directory link (a junction on Windows, where file links need a privilege). Node
 * resolves it before loading, so the addon's rpath starts from .runtime, and `npm ci` can throw
 * node_modules away without touching the gigabyte behind the link.
 */
import { existsSync, lstatSync, readFileSync, readlinkSync } from "node:fs";
import { mkdir, rename, rm, symlink } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { addonFolder, packageFolder, runtimeFolder } from "./layout.ts";

export function tfjsNodeVersion(root: string): string {
  const manifest: unknown = JSON.parse(
    readFileSync(join(packageFolder(root, "@tensorflow/tfjs-node"), "package.json"), "utf8"),
  );
  if (typeof manifest !== "object" || manifest === null || !("version" in manifest)) {
    throw new Error("tfjsNodeVersion: expected a version in tfjs-node's package.json, got none.");
  }
  return String(manifest.version);
}

/**
 * Points tfjs-node at the addon of the runtime `key`. Cheap, and safe to repeat.
 *
 * @returns whether the link had to be made.
 */
export async function linkAddon(root: string, key: string): Promise<boolean> {
  const link = addonFolder(packageFolder(root, "@tensorflow/tfjs-node"));
  const target = addonFolder(join(runtimeFolder(root), key));
  if (isLinkTo(link, target)) return false;
  await mkdir(dirname(link), { recursive: true });
  if (existsSync(link) && !lstatSync(link).isSymbolicLink()) {
    await rm(link, { recursive: true }); // a real folder: an addon that npm's own script once made
  }
  const fresh = `${link}.new-${process.pid}`;
  await rm(fresh, { force: true });
  await symlink(
    process.platform === "win32" ? target : relative(dirname(link), target),
    fresh,
    "junction",
  );
  if (process.platform === "win32") await rm(link, { force: true, recursive: true });
  await rename(fresh, link);
  return true;
}

function isLinkTo(link: string, target: string): boolean {
  try {
    return resolve(dirname(link), readlinkSync(link)) === resolve(target);
  } catch {
    return false; // absent, or no link: both mean "make it"
  }
}
