/** `performer pull`: a pretrained model by name, from the Hugging Face hub into a model folder. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { HUB, HUB_MODELS, type HubModelName } from "@performer/download/models";
import { Argument, Command } from "commander";
import { findCloneRoot, resolveUserPath } from "../clone-root.ts";
import { parseWhole } from "../option-parsers.ts";

const EXAMPLES = `
ESM-2 of Lin et al. 2023 (MIT licence), at a pinned commit: 31 MB, 135 MB, 595 MB and 2.6 GB. A pull
that was stopped goes on where it was. Each file is held against the checksum that the hub tells of it
(SHA-256 of the weights). Behind a mirror: --hub. The new model is then the one that commands take by default,
being the newest under models/; --checkpoint names another.

Examples:
  $ performer pull esm2-8m
  $ performer contacts --accession P00974 --checkpoint models/esm2-8m --svg contacts.svg`;

/** What the importer reads; the hub has the same weights in other formats besides. */
const FILES = ["config.json", "vocab.txt", "model.safetensors"];

interface PullOptions {
  readonly output?: string;
  readonly hub: string;
  readonly maxLength?: number;
}

export const pullCommand = () =>
  new Command("pull")
    .description("fetch a pretrained model by name")
    .addArgument(new Argument("<model>").choices(Object.keys(HUB_MODELS)))
    .option("--output <folder>", "new folder for the model (default: models/MODEL)")
    .option("--hub <url>", "the hub, or a mirror of it", HUB)
    .option(
      "--max-length <tokens>",
      "longest sequence to take, cls and eos included (default: as in config.json)",
      parseWhole(3, 1_048_576),
    )
    .addHelpText("after", EXAMPLES)
    .action(pull);

async function pull(name: HubModelName, options: PullOptions): Promise<void> {
  const root = findCloneRoot();
  const { createProgress, fetchHubModel, RETRY, tellRetry } = await import("@performer/download");
  const { importEsm } = await import("@performer/training");
  const { describeImport } = await import("../describe-import.ts");
  const output =
    options.output === undefined
      ? join(root, "models", name)
      : resolveUserPath(root, options.output);
  if (existsSync(output)) {
    throw new Error(
      `pull: expected a new folder, got ${output}, which is there; use it as it is, name another with --output, or move it away`,
    );
  }
  const model = HUB_MODELS[name];
  // beside the result, so that a pull that was stopped finds it again
  const folder = `${output}.download`;
  await fetchHubModel({
    ...{ model, folder, files: FILES, hub: options.hub, option: "--hub" },
    progress: createProgress(),
    retry: { ...RETRY, onRetry: tellRetry },
  });
  const imported = await importEsm({
    ...{ source: folder, output, maxLength: options.maxLength },
    name: `${model.repository}@${model.revision}`,
  });
  await rm(folder, { recursive: true });
  process.stderr.write(describeImport(imported));
  process.stdout.write(`${output}\n`);
}
