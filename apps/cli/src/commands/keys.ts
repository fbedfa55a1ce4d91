/** `performer keys`: the API keys that a server asks for. */
import { Command } from "commander";
import { findCloneRoot, resolveUserPath } from "../clone-root.ts";

const EXAMPLES = `
The file holds salted hashes: a key is shown once, when it is made. A server that was started with
performer serve --keys FILE takes new keys and refuses revoked ones without a restart.

Examples:
  $ performer keys create anna --file keys.json
  $ performer keys list --file keys.json
  $ performer keys revoke 1f0c9a2b --file keys.json`;

interface KeysOptions {
  readonly file: string;
}

export function keysCommand(): Command {
  const command = new Command("keys")
    .description("make, list and revoke the API keys of a server")
    .addHelpText("after", EXAMPLES);
  command
    .command("create")
    .description("make a key and print it")
    .argument("<name>", "whose it is")
    .requiredOption("--file <file>", "file of the keys; made where there is none")
    .action(create);
  command
    .command("list")
    .description("print id, name and time of each key")
    .requiredOption("--file <file>", "file of the keys")
    .action(list);
  command
    .command("revoke")
    .description("take a key back")
    .argument("<id>", "of performer keys list")
    .requiredOption("--file <file>", "file of the keys")
    .action(revoke);
  return command;
}

const pathOf = ({ file }: KeysOptions) => resolveUserPath(findCloneRoot(), file);

async function create(name: string, options: KeysOptions): Promise<void> {
  const { createKey } = await import("@performer/api");
  process.stdout.write(`${await createKey(pathOf(options), name)}\n`);
}

async function list(options: KeysOptions): Promise<void> {
  const { readKeys } = await import("@performer/api");
  for (const { id, name, createdAt } of await readKeys(pathOf(options), "throw")) {
    process.stdout.write(`${id}\t${createdAt}\t${name}\n`);
  }
}

async function revoke(id: string, options: KeysOptions): Promise<void> {
  const { revokeKey } = await import("@performer/api");
  if (await revokeKey(pathOf(options), id)) return;
  throw new Error(`keys: expected the id of a key, got ${id}; see performer keys list`);
}
