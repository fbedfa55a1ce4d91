/** `performer import`: a checkpoint of another library made into a model folder. */
import { Argument, Command } from "commander";
import { findCloneRoot, resolveUserPath } from "../clone-root.ts";
import { parseWhole } from "../option-parsers.ts";

const EXAMPLES = `
esm2: config.json beside model.safetensors (or its shards and their index), as save_pretrained of
transformers' EsmForMaskedLM leaves them. Hidden states, token scores and contacts are those of
transformers to 1e-4; what has no counterpart here is refused by name. docs/transfer.md has the rest.

Examples:
  $ performer import esm2 downloads/esm2_t6_8M_UR50D --output models/esm2-8m
  $ performer embed proteins.fasta --checkpoint models/esm2-8m
  $ performer import esm2 my-finetuned-esm/model.safetensors --output models/mine --max-length 5000`;

interface ImportOptions {
  readonly output: string;
  readonly maxLength?: number;
}

export const importCommand = () =>
  new Command("import")
    .description("read a pretrained model of another library")
    .addArgument(new Argument("<kind>", "what it is").choices(["esm2"]))
    .argument("<source>", "its folder, or its safetensors file")
    .requiredOption("--output <folder>", "new folder for the model")
    .option(
      "--max-length <tokens>",
      "longest sequence to take, cls and eos included (default: as in config.json)",
      parseWhole(3, 1_048_576),
    )
    .addHelpText("after", EXAMPLES)
    .action(importModel);

async function importModel(_kind: string, source: string, options: ImportOptions): Promise<void> {
  const root = findCloneRoot();
  const { importEsm } = await import("@performer/training");
  const { describeImport } = await import("../describe-import.ts");
  const imported = await importEsm({
    source: resolveUserPath(root, source),
    output: resolveUserPath(root, options.output),
    maxLength: options.maxLength,
  });
  process.stderr.write(describeImport(imported));
  process.stdout.write(`${options.output}\n`);
}
