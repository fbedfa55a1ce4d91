/** The table of subcommands. Adding one is a file under commands/ and a line here. */
import { readFileSync } from "node:fs";
import { Command } from "commander";
import { demoCommand } from "./commands/demo.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { embedCommand } from "./commands/embed.ts";
import { evaluateCommand } from "./commands/evaluate.ts";
import { generateCommand } from "./commands/generate.ts";
import { serveCommand } from "./commands/serve.ts";
import { setupCommand } from "./commands/setup.ts";
import { trainCommand } from "./commands/train.ts";
import { transferCommand } from "./commands/transfer.ts";

const COMMANDS = [
  setupCommand,
  doctorCommand,
  demoCommand,
  trainCommand,
  transferCommand,
  evaluateCommand,
  embedCommand,
  generateCommand,
  serveCommand,
];

export function createProgram(): Command {
  const program = new Command("performer")
    .description("Protein language models with linear attention: train, evaluate, embed, serve")
    .version(packageVersion())
    .option("--verbose", "show the stack and the causes of an error")
    .showHelpAfterError("(performer COMMAND --help shows the options and examples)");
  for (const create of COMMANDS) program.addCommand(create());
  throwInsteadOfExit(program);
  return program;
}

function packageVersion(): string {
  const file = new URL("../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

/** main.ts decides about exit codes, for subcommands as well. */
function throwInsteadOfExit(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) throwInsteadOfExit(child as Command);
}
