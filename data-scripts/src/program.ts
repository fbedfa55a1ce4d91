/** The table of verbs. Adding one is a file under verbs/ and a line here. */
import { Command } from "commander";
import { baselineCommand } from "./verbs/baseline.ts";
import { downloadCommand } from "./verbs/download.ts";
import { filterCommand } from "./verbs/filter.ts";
import { packCommand } from "./verbs/pack.ts";
import { splitCommand } from "./verbs/split.ts";
import { statsCommand } from "./verbs/stats.ts";

const VERBS = [
  downloadCommand,
  filterCommand,
  splitCommand,
  packCommand,
  statsCommand,
  baselineCommand,
];

export function createProgram(): Command {
  const program = new Command("data")
    .description("Protein sequences from UniProt to packed training data, one verb a step")
    .option("--verbose", "show the stack and the causes of an error")
    .showHelpAfterError("(npm run data -- VERB --help shows the options and examples)")
    .exitOverride();
  for (const create of VERBS) program.addCommand(create().exitOverride());
  return program;
}
