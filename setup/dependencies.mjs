/** Installs node_modules from the lock file, once for each content of the lock file. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, runAsProgram, runCommand } from "./run-command.mjs";

const OLDEST_NODE = [20, 19];

export async function ensureDependencies() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    throw new Error(
      `Node ${process.versions.node} is too old: install Node ${OLDEST_NODE.join(".")} or newer`,
    );
  }
  await installLocked(root, "dependencies from package-lock.json (about 600 MB on disk)");
}

/** The kernel stays out of the project's own node_modules: its TypeScript would take the place of ours. */
export const ensureNotebookKernel = () =>
  installLocked(join(root, "notebooks"), "the kernel of the notebooks (about 90 MB on disk)");

async function installLocked(folder, what) {
  const stampFile = join(folder, "node_modules", ".installed-lock");
  const lock = createHash("sha256")
    .update(readFileSync(join(folder, "package-lock.json")))
    .digest("hex");
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === lock) return;
  console.log(`Installing ${what} …`);
  const options = ["--no-audit", "--no-fund", "--loglevel=error"];
  await runCommand("npm", ["ci", ...options], { cwd: folder });
  writeFileSync(stampFile, lock);
}

if (process.argv[1] === import.meta.filename) await runAsProgram(ensureDependencies);
