/** The table of subcommands. Adding one is a file under commands/ and a line here. */
import { Command } from "commander";
import { attentionCommand } from "./commands/attention.ts";
import { contactsCommand } from "./commands/contacts.ts";
import { demoCommand } from "./commands/demo.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { embedCommand } from "./commands/embed.ts";
import { embedMergeCommand } from "./commands/embed-merge.ts";
import { evaluateCommand } from "./commands/evaluate.ts";
import { exportCommand } from "./commands/export.ts";
import { finetuneCommand } from "./commands/finetune.ts";
import { generateCommand } from "./commands/generate.ts";
import { importCommand } from "./commands/import.ts";
import { keysCommand } from "./commands/keys.ts";
import { pullCommand } from "./commands/pull.ts";
import { scoreCommand } from "./commands/score.ts";
import { serveCommand } from "./commands/serve.ts";
import { setupCommand } from "./commands/setup.ts";
import { similarityCommand } from "./commands/similarity.ts";
import { trainCommand } from "./commands/train.ts";
import { transferCommand } from "./commands/transfer.ts";
import { VERSION } from "./software.ts";

const COMMANDS = [
  setupCommand,
  doctorCommand,
  demoCommand,
  trainCommand,
  pullCommand,
  importCommand,
  transferCommand,
  finetuneCommand,
  evaluateCommand,
  exportCommand,
  embedCommand,
  embedMergeCommand,
  scoreCommand,
  generateCommand,
  attentionCommand,
  contactsCommand,
  similarityCommand,
  serveCommand,
  keysCommand,
];

export function createProgram(): Command {
  const program = new Command("performer")
    .description("Protein language models with linear attention: train, evaluate, embed, serve")
    .version(VERSION)
    .option("--verbose", "show the stack and the causes of an error")
    .showHelpAfterError("(performer COMMAND --help shows the options and examples)");
  for (const create of COMMANDS) program.addCommand(create());
  throwInsteadOfExit(program);
  return program;
}

/** main.ts decides about exit codes, for subcommands as well. */
function throwInsteadOfExit(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) throwInsteadOfExit(child as Command);
}
