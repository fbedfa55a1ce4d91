/** `performer serve`: the API and the dashboard, until Ctrl-C. */
import { join } from "node:path";
import type { LogLevel, RunningServer, ServeOptions } from "@performer/api";
import type { Backend } from "@performer/tensorflow";
import { Command, Option } from "commander";
import { findCloneRoot, resolveUserPath } from "../clone-root.ts";
import { listenForInterrupt } from "../interrupt.ts";
import {
  backendOption,
  eagerOption,
  modelsOption,
  parseWhole,
  runsOption,
} from "../option-parsers.ts";
import { VERSION } from "../software.ts";

const EXAMPLES = `
Examples:
  $ performer serve                            on http://127.0.0.1:8080, for this machine only
  $ performer serve --port 9000
  $ performer serve --host 0.0.0.0 --keys keys.json
                                               for other machines as well; performer keys makes the file.
                                               Without keys only inside a network that you trust
  $ performer serve --cors-origin https://lab.example --deadline 120 --rate-limit 0
  $ curl -s http://127.0.0.1:8080/v1/embeddings -H 'Content-Type: application/json' \\
      -d '{"sequence": "MKTAYIAKQR"}'

The newest model under models/ answers, or without one the newest checkpoint under runs/, where a newer
one takes over while the server runs. Requests and the dashboard may ask for another one.`;

/** As of @performer/api, which is loaded when the command runs. */
const LOG_LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

interface ServeCommandOptions {
  readonly host?: string;
  readonly port?: number;
  readonly runs?: string;
  readonly models?: string;
  readonly store?: string;
  readonly backend: Backend;
  readonly eager?: true;
  readonly keys?: string;
  readonly allowHost?: readonly string[];
  readonly corsOrigin?: readonly string[];
  readonly deadline?: number;
  readonly rateLimit?: number;
  readonly drain?: number;
  readonly logLevel?: LogLevel;
}

export const serveCommand = () =>
  new Command("serve")
    .description("serve embeddings, attention, similarity, runs and the dashboard over HTTP")
    .option("--host <address>", "address to listen on (default: 127.0.0.1, this machine only)")
    .option(
      "--port <number>",
      "port to listen on, 0 for any free one (default: 8080)",
      parseWhole(0, 65_535),
    )
    .addOption(runsOption())
    .addOption(modelsOption())
    .option(
      "--store <folder>",
      "folder of bulk jobs and of the index of the runs (default: .store in the folder of the runs)",
    )
    .addOption(backendOption())
    .addOption(eagerOption())
    .option("--keys <file>", "file of API keys that requests must carry (default: none needed)")
    .option(
      "--allow-host <names...>",
      "names that the server goes by besides localhost and its address, such as a proxy's (default: on loopback none, else any)",
    )
    .option("--cors-origin <origins...>", "origins whose pages may read answers (default: none)")
    .option(
      "--deadline <seconds>",
      "for a request that names none (default: 60)",
      parseWhole(1, 86_400),
    )
    .option(
      "--rate-limit <number>",
      "requests a minute of one client, 0: no limit (default: 600)",
      parseWhole(0, 1e9),
    )
    .option(
      "--drain <seconds>",
      "between the signal to end and the last request taken, while /ready answers 503 (default: 0)",
      parseWhole(0, 3600),
    )
    .addOption(
      new Option("--log-level <level>", "of the log on standard error (default: info)").choices(
        LOG_LEVELS,
      ),
    )
    .addHelpText("after", EXAMPLES)
    .action(serveAsAsked);

async function serveAsAsked(options: ServeCommandOptions): Promise<void> {
  const root = findCloneRoot();
  const { runs, models, store, keys, allowHost, corsOrigin, ...limits } = options;
  const { deadline, rateLimit, drain, ...rest } = limits;
  await serveUntilInterrupted({
    root,
    ...foldersOf(root, { runs, models }),
    ...rest,
    ...(store !== undefined && { storeDirectory: resolveUserPath(root, store) }),
    ...(keys !== undefined && { keysFile: resolveUserPath(root, keys) }),
    ...(allowHost !== undefined && { allowedHosts: allowHost }),
    ...(corsOrigin !== undefined && { allowedOrigins: corsOrigin }),
    ...(deadline !== undefined && { deadlineMs: 1000 * deadline }),
    ...(rateLimit !== undefined && { requestsPerMinute: rateLimit }),
    ...(drain !== undefined && { drainMs: 1000 * drain }),
  });
}

/** Where runs and models lie, as `serve` and `demo` take them. */
export const foldersOf = (
  root: string,
  { runs, models }: Record<"runs" | "models", string | undefined>,
) => ({
  runsDirectory: runs === undefined ? join(root, "runs") : resolveUserPath(root, runs),
  modelsDirectory: models === undefined ? join(root, "models") : resolveUserPath(root, models),
});

/**
 * Also the second half of `performer demo`.
 * @param beside begins when the server is up; what it returns is called, and awaited, when it closes.
 */
export async function serveUntilInterrupted(
  options: Omit<ServeOptions, "signal" | "version">,
  beside?: (server: RunningServer) => () => Promise<void>,
): Promise<void> {
  const { serve } = await import("@performer/api");
  using interruption = listenForInterrupt("Closing …");
  const server = await serve({
    ...options,
    version: VERSION,
    signal: interruption.signal,
  });
  process.stdout.write(`${describe(server)}\n`);
  const end = beside?.(server);
  await server.closed;
  await end?.();
}

function describe({ url, backend, model }: RunningServer): string {
  const served = model === null ? "no model yet: train one with performer demo" : `model ${model}`;
  return `Serving on ${url} (${served}; ${backend}). Ctrl-C ends it.`;
}
