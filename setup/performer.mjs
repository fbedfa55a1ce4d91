/** `npm run performer -- COMMAND …`: the command line, installed and built first where needed. */
import { join } from "node:path";
import { ensureBuild } from "./build.mjs";
import { root, runAsProgram, runCommand } from "./run-command.mjs";

export const runPerformer = (args) =>
  runCommand(process.execPath, [join(root, "apps/cli/dist/main.js"), ...args]);

if (process.argv[1] === import.meta.filename) {
  await runAsProgram(async () => {
    await ensureBuild();
    await runPerformer(process.argv.slice(2));
  });
}
