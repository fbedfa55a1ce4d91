/** `performer doctor`: what runs here and how fast, and whether anything is missing; exit code 1 if so. */
import { relative } from "node:path";
import { Command } from "commander";
import { type Check, checkFiles, checkPort, formatCheck } from "../clone-checks.ts";
import { findCloneRoot } from "../clone-root.ts";
import { parseDeviceName } from "../option-parsers.ts";

const EXAMPLES = `
Examples:
  $ performer doctor
  $ performer doctor --json     for a bug report or a script
  $ performer doctor --device gpu    whether a GPU trains rightly, item by item: device, training step
                                against a reference, bf16, XLA, server; exit code 1 if one fails`;

interface DoctorOptions {
  readonly json?: true;
  readonly device?: string;
}

export const doctorCommand = () =>
  new Command("doctor")
    .description("say what runs here, how fast, and what is missing")
    .option("--json", "print one JSON object")
    .option("--device <name>", "check this device alone: cpu, gpu, tpu or gpu:1", parseDeviceName)
    .addHelpText("after", EXAMPLES)
    .action(async ({ json, device }: DoctorOptions) => {
      const root = findCloneRoot();
      if (device !== undefined) return reportDevice(root, device, json === true);
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
      throwIfFailed(checks);
    });

async function reportDevice(root: string, name: string, json: boolean): Promise<void> {
  const { formatRuntime, loadRuntime, parseDevice, showOnly, tensorflowLibraries } = await import(
    "@performer/tensorflow"
  );
  const { checkDevice } = await import("../device-checks.ts");
  const device = parseDevice(name);
  showOnly(device);
  const runtime = await loadRuntime({ root });
  const checks = await checkDevice({ device, runtime, libraries: tensorflowLibraries(root) });
  const lines = [formatRuntime(runtime), ...checks.map(formatCheck)];
  const text = json ? JSON.stringify({ runtime, checks }, null, 2) : lines.join("\n");
  process.stdout.write(`${text}\n`);
  throwIfFailed(checks);
}

function throwIfFailed(checks: readonly Check[]): void {
  const failed = checks.filter(({ ok }) => !ok);
  if (failed.length > 0) {
    throw new Error(`doctor: ${failed.map(({ name }) => name).join(", ")}: see above`);
  }
}
