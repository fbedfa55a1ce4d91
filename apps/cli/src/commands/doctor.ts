/** `performer doctor`: what runs here and how fast, and whether anything is missing; exit code 1 if so. */
import { join } from "node:path";
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
      const { DEFAULT_HOST, DEFAULT_PORT, findNewestCheckpoint } = await import("@performer/api");
      const report = await doctor({ root });
      const checks: Check[] = [
        ...(await checkFiles(root)),
        await checkPort(DEFAULT_HOST, DEFAULT_PORT),
      ];
      const newest = await findNewestCheckpoint(join(root, "runs"));
      const checkpoint = newest?.name ?? null;
      if (json) {
        process.stdout.write(`${JSON.stringify({ ...report, checks, checkpoint }, null, 2)}\n`);
      } else {
        const model = checkpoint ?? "none yet; train one with: performer demo";
        const lines = [formatDoctor(report), ...checks.map(formatCheck), `Newest model: ${model}`];
        process.stdout.write(`${lines.join("\n")}\n`);
      }
      const failed = checks.filter(({ ok }) => !ok);
      if (failed.length > 0) {
        throw new Error(`doctor: ${failed.map(({ name }) => name).join(", ")}: see above`);
      }
    });
