/** `npm run data -- VERB …`: the data verbs, installed and built first where needed. */
import { join } from "node:path";
import { ensureBuild } from "./build.mjs";
import { root, runAsProgram, runCommand } from "./run-command.mjs";

await runAsProgram(async () => {
  await ensureBuild();
  // npm runs scripts in the clone's folder and keeps the folder it was called from in INIT_CWD
  const cwd = process.env.INIT_CWD ?? process.cwd();
  const main = join(root, "data-scripts/dist/main.js");
  await runCommand(process.execPath, [main, ...process.argv.slice(2)], { cwd });
});
