/** `performer doctor`: what runs here and how fast, and whether anything is missing; exit code 1 if so. */
import { relative } from "node:path";
import { Command } from "commander";
import { type Check, checkFiles, checkPort, formatCheck } from "../clone-checks.ts";
import { findCloneRoot } from "../clone-root.ts";

const EXAMPLES = `
Examples:
  $ performer doctor
  $ performer doctor --json     for a bug report or a script`;

export const doctorCommand = () =>
  new Command("doctor")
    .description("say what runs here, how fast, and what is missing")
    .option("--json", "print one JSON object")
    .addHelpText("after", EXAMPLES)
    .action(async ({ json }: { readonly json?: true }) => {
      const root = findCloneRoot();
      const { doctor, formatDoctor } = await import("@performer/tensorflow");
      const { DEFAULT_HOST, DEFAULT_PORT } = await import("@performer/api");
      const { findDefaultModel } = await import("../find-model.ts");
      const report = await doctor({ root });
      const checks: Check[] = [
        ...(await checkFiles(root)),
        await checkPort(DEFAULT_HOST, DEFAULT_PORT),
      ];
      const folder = await findDefaultModel(root);
      const model = folder === undefined ? null : relative(root, folder);
      if (json) {
        process.stdout.write(`${JSON.stringify({ ...report, checks, model }, null, 2)}\n`);
      } else {
        const shown = model ?? "none yet; train one with: performer demo";
        const lines = [formatDoctor(report), ...checks.map(formatCheck), `Default model: ${shown}`];
        process.stdout.write(`${lines.join("\n")}\n`);
      }
      const failed = checks.filter(({ ok }) => !ok);
      if (failed.length > 0) {
        throw new Error(`doctor: ${failed.map(({ name }) => name).join(", ")}: see above`);
      }
    });
