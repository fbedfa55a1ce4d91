/** `npm test`: set up whatever is missing, the test tools included, then run every test. */
import { ensureBrowser } from "./browser.mjs";
import { ensureBuild } from "./build.mjs";
import { ensureNotebookKernel } from "./dependencies.mjs";
import { runPerformer } from "./performer.mjs";
import { runAsProgram, runCommand } from "./run-command.mjs";

await runAsProgram(async () => {
  await ensureBuild();
  await runPerformer(["setup"]);
  // the other Node releases that the runtime is tested under, kept in .cache
  await runCommand(process.execPath, ["packages/tensorflow/test/support/fetch-node.mjs"]);
  await ensureNotebookKernel();
  const browser = await ensureBrowser();
  await runCommand("npx", ["vitest", "run", ...process.argv.slice(2)], {
    env: { CHROMIUM_PATH: browser },
  });
});
