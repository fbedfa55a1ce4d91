/** `npm start`: set up whatever is missing, then serve, and train the demo model unless it is there. */
import { ensureBuild } from "./build.mjs";
import { runPerformer } from "./performer.mjs";
import { runAsProgram } from "./run-command.mjs";

await runAsProgram(async () => {
  await ensureBuild();
  await runPerformer(["setup"]);
  await runPerformer(["demo", ...process.argv.slice(2)]);
});
