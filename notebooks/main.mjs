/** `npm run notebooks [-- FILE.ipynb …]`: executes the notebooks and writes their outputs into the files. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ensureBuild } from "../setup/build.mjs";
import { ensureNotebookKernel } from "../setup/dependencies.mjs";
import { runPerformer } from "../setup/performer.mjs";
import { runAsProgram, runCommand } from "../setup/run-command.mjs";

const folder = import.meta.dirname;

await runAsProgram(async () => {
  const names = readdirSync(folder).filter((name) => name.endsWith(".ipynb"));
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new Error(`notebooks: expected names of ${names.join(", ")}, got ${unknown.join(", ")}`);
  }
  await ensureBuild();
  await runPerformer(["setup"]);
  await ensureNotebookKernel();
  for (const name of asked.length > 0 ? asked : names.sort()) {
    console.log(name);
    const file = join(folder, name);
    // newer Node releases warn in the first cell that require() loads an ES module
    const options = ["--disable-warning=ExperimentalWarning"];
    await runCommand(process.execPath, [...options, join(folder, "execute.mjs"), file, file]);
  }
});
