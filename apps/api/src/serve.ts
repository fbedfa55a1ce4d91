/**
 * The server of a clone: starts the compute thread, serves what ships under models/ and the checkpoints
 * under runs/, the run logs and the built dashboard, and closes cleanly when its signal aborts.
 */
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Backend } from "@performer/tensorflow";
import { type Logger, pino } from "pino";
import { readAnchors } from "./anchors.ts";
import { openKeyRing } from "./api-keys.ts";
import { createApp } from "./app.ts";
import { openComputeThread } from "./compute/compute-thread.ts";
import { openExperiments } from "./experiment-store.ts";
import { isLoopback, LOOPBACK_NAMES } from "./known-hosts.ts";
import { closeGracefully, listen } from "./listen.ts";
import { createMetrics } from "./metrics.ts";
import { createModelStore } from "./model-store.ts";

export const DEFAULT_HOST = "127.0.0.1";
export const DEFAULT_PORT = 8080;
/** Requests in flight have this long to finish; supervisors kill after thirty seconds, as a rule. */
const GRACE_MS = 25_000;
export const DEFAULT_REQUESTS_PER_MINUTE = 600;

export type LogLevel = "debug" | "info" | "warn" | "error";

export interface ServeOptions {
  /** Folder of the clone. */
  readonly root: string;
  /** Folder of the runs; default: runs in the clone. */
  readonly runsDirectory?: string;
  /** Folder of the models that ship; default: models in the clone. */
  readonly modelsDirectory?: string;
  /** Folder of the experiment store: index of those runs, bulk jobs; default: .store in the runs' folder. */
  readonly storeDirectory?: string;
  /** Default 127.0.0.1: this machine only. */
  readonly host?: string;
  /** 0 takes any free one. Default 8080. */
  readonly port?: number;
  /** The best backend to try. Default: tensorflow. */
  readonly backend?: Backend;
  /** Embeds operation by operation, not through compiled graphs. Default false. */
  readonly eager?: boolean;
  /** File of API keys, of `performer keys`; requests need none without. */
  readonly keysFile?: string;
  /** Requests a minute of one client; default 600, 0: no limit. */
  readonly requestsPerMinute?: number;
  /**
   * Names that the server goes by besides localhost and its address. Without any, a server on loopback
   * goes by these alone, one for other machines by any.
   */
  readonly allowedHosts?: readonly string[];
  /** Origins whose pages may read answers; default none. */
  readonly allowedOrigins?: readonly string[];
  /** Of a request that names none; default one minute. */
  readonly deadlineMs?: number;
  /** Between the signal and the last connection that is taken, while /ready says 503. Default 0. */
  readonly drainMs?: number;
  /** Of the software, for the OpenAPI document. */
  readonly version: string;
  /** Closes the server. */
  readonly signal: AbortSignal;
  /** From which level on; default info, which has a line a request. Without effect beside `logger`. */
  readonly logLevel?: LogLevel;
  /** Default: pino, JSON lines to standard error. */
  readonly logger?: Logger;
}

export interface RunningServer {
  /** Such as http://127.0.0.1:8080. */
  readonly url: string;
  readonly backend: string;
  /** Name of the default model, or null. */
  readonly model: string | null;
  /** Settles when everything is closed; rejects where the compute thread was lost. */
  readonly closed: Promise<void>;
}

/** @throws {ListenError} where the port cannot be opened; {KeyFileError} where the keys cannot be read. */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const { root, signal, host = DEFAULT_HOST, port = DEFAULT_PORT, drainMs = 0 } = options;
  const runsDirectory = options.runsDirectory ?? join(root, "runs");
  const logger = options.logger ?? pino({ level: options.logLevel ?? "info" }, pino.destination(2));
  const metrics = createMetrics();
  const keys = options.keysFile === undefined ? undefined : await openKeyRing(options.keysFile);
  const thread = await openComputeThread({
    root,
    backend: options.backend,
    isEager: options.eager === true,
    onBatch: metrics.countBatch,
  });
  const models = createModelStore({
    folders: { runs: runsDirectory, models: options.modelsDirectory ?? join(root, "models") },
    logger,
    load: async (directory, summary) => {
      const model = await thread.load(directory, summary);
      metrics.modelLoaded(summary.name);
      const dispose = () => {
        metrics.modelFreed(summary.name);
        model.dispose();
      };
      return { ...model, dispose };
    },
  });
  const experiments = await openExperiments({
    directory: options.storeDirectory ?? join(runsDirectory, ".store"),
    ...{ runsDirectory, models, logger },
  });
  const closing = new AbortController();
  let isDraining = false;
  const hosts =
    isLoopback(host) || options.allowedHosts !== undefined
      ? [...LOOPBACK_NAMES, host, ...(options.allowedHosts ?? [])]
      : undefined;
  const perMinute = options.requestsPerMinute ?? DEFAULT_REQUESTS_PER_MINUTE;
  const app = createApp({
    ...{ models, metrics, logger, version: options.version, signal: closing.signal },
    backend: thread.backend,
    ...{ experiments, runs: experiments.runs },
    anchors: await readAnchors(join(root, "data", "anchors.fasta")),
    dashboardDirectory: join(root, "apps", "dashboard", "dist"),
    isDraining: () => isDraining,
    allowedOrigins: options.allowedOrigins ?? [],
    ...(hosts !== undefined && { hosts }),
    ...(keys !== undefined && { keys }),
    ...(perMinute > 0 && { requestsPerMinute: perMinute }),
    ...(options.deadlineMs !== undefined && { deadlineMs: options.deadlineMs }),
  });
  const { server, url } = await listen(app, { host, port }).catch(async (error: unknown) => {
    await experiments.close();
    await thread.close();
    throw error;
  });
  const closed = Promise.race([untilAborted(signal), thread.lost]).then(async (lost) => {
    isDraining = true;
    if (lost === undefined) await setTimeout(drainMs);
    closing.abort();
    await closeGracefully(server, GRACE_MS);
    await experiments.close();
    models.close();
    await thread.close();
    if (lost !== undefined) throw lost;
  });
  closed.catch((error: unknown) => logger.fatal({ err: error }, "the compute thread was lost"));
  // loaded before anyone asks, so that /ready soon says yes
  models
    .use(async (model) => model)
    .catch((error: unknown) => logger.warn({ err: error }, "no model could be loaded yet"));
  return { url, backend: thread.backend, model: await models.defaultName(), closed };
}

async function untilAborted(signal: AbortSignal): Promise<undefined> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}
