/** `performer setup`: puts TensorFlow's library into the clone's .runtime folder. Done once, then quick. */
import { Command, Option } from "commander";
import { findCloneRoot } from "../clone-root.ts";

const EXAMPLES = `
Examples:
  $ performer setup                 TensorFlow for the processor
  $ performer setup --device gpu    TensorFlow for an NVIDIA GPU (ten times the download)
  $ performer setup --retry         try again what failed within the last hour

Without a network everything still runs, slower, on tfjs's WebAssembly backend.`;

const DEVICES = ["cpu", "gpu", "tpu"] as const;

interface SetupOptions {
  readonly device?: (typeof DEVICES)[number];
  readonly retry?: true;
}

export const setupCommand = () =>
  new Command("setup")
    .description("install the TensorFlow library that training and serving compute with")
    .addOption(
      new Option(
        "--device <device>",
        "what to compute on (default: PERFORMER_DEVICE, else cpu)",
      ).choices(DEVICES),
    )
    .option("--retry", "try again at once what failed within the last hour")
    .addHelpText("after", EXAMPLES)
    .action(async (options: SetupOptions) => {
      const { installRuntime } = await import("@performer/tensorflow");
      await installRuntime({
        root: findCloneRoot(),
        log: (line) => process.stdout.write(`${line}\n`),
        ...options,
      });
    });
