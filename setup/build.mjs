/** Compiles packages, apps and data-scripts with tsc, then the dashboard with vite; does nothing while no source changed. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { ensureDependencies } from "./dependencies.mjs";
import { root, runAsProgram, runCommand } from "./run-command.mjs";

const stampFile = join(root, ".cache", "build-stamp");

export async function ensureBuild() {
  await ensureDependencies();
  const stamp = sourceStamp();
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return;
  console.log("Building packages, apps and dashboard …");
  await runCommand("npx", ["tsc", "-b"]);
  await runCommand("npx", ["vite", "build", "apps/dashboard", "--logLevel", "warn"]);
  mkdirSync(join(root, ".cache"), { recursive: true });
  writeFileSync(stampFile, stamp);
}

/** Changes when a source file, its size or its time of change does, or when an output is gone. */
function sourceStamp() {
  const hash = createHash("sha256").update(readFileSync(join(root, "package-lock.json")));
  const grouped = ["packages", "apps"].flatMap((group) =>
    readdirSync(join(root, group))
      .sort()
      .map((name) => join(group, name)),
  );
  for (const workspace of [...grouped, "data-scripts"].map((path) => join(root, path))) {
    hash.update(String(existsSync(join(workspace, "dist"))));
    for (const file of sourceFiles(workspace)) {
      const { size, mtimeMs } = statSync(file);
      hash.update(`${relative(root, file)} ${size} ${mtimeMs}\n`);
    }
  }
  // the dashboard shows the committed experiments
  for (const file of sourceFiles(join(root, "docs", "experiments"))) {
    if (file.endsWith(".json"))
      hash.update(`${relative(root, file)} ${readFileSync(file, "utf8")}`);
  }
  // and carries the models that ship and the bundled proteins beside itself
  for (const file of [...modelManifests(), ...BUNDLED]) {
    hash.update(`${file} `).update(readFileSync(join(root, file)));
  }
  return hash.digest("hex");
}

const BUNDLED = ["data/anchors.fasta", "data/sample-valid.fasta.gz"];

/** A manifest names the bytes of its weights. */
const modelManifests = () =>
  readdirSync(join(root, "models"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join("models", name, "manifest.json"));

/** Files of a workspace that a build reads: all but tests, outputs and installed packages. */
function sourceFiles(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !["dist", "node_modules", "test"].includes(name))
    .sort((a, b) => a.name.localeCompare(b.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? sourceFiles(path) : [path];
    });
}

if (process.argv[1] === import.meta.filename) await runAsProgram(ensureBuild);
