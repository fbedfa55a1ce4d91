/**
 * The server of a clone: loads the backend, serves what ships under models/ and the checkpoints under
 * runs/, the run logs and the built dashboard, and closes cleanly when its signal aborts.
 */
import { join } from "node:path";
import { type Backend, loadRuntime, tensorflowLibraries } from "@performer/tensorflow";
import { type Logger, pino } from "pino";
import { readAnchors } from "./anchors.ts";
import { createApp } from "./app.ts";
import { openExperiments } from "./experiment-store.ts";
import { closeGracefully, listen } from "./listen.ts";
import { createModelStore } from "./model-store.ts";
import { createRunIndexer } from "./run-indexer.ts";
import { createRunsReader } from "./runs-reader.ts";
import { loadServedModel } from "./served-model.ts";
import { createSimilaritySample } from "./similarity-sample.ts";

export const DEFAULT_HOST = "127.0.0.1";
export const DEFAULT_PORT = 8080;
/** Requests in flight have this long to finish after the signal. */
const GRACE_MS = 10_000;

export interface ServeOptions {
  /** Folder of the clone. */
  readonly root: string;
  /** Folder of the runs; default: runs in the clone. */
  readonly runsDirectory?: string;
  /** Folder of the models that ship; default: models in the clone. */
  readonly modelsDirectory?: string;
  /** Folder of the experiment store: index of runs, bulk jobs; default: store in the clone. */
  readonly storeDirectory?: string;
  /** Default 127.0.0.1: this machine only. */
  readonly host?: string;
  /** 0 takes any free one. Default 8080. */
  readonly port?: number;
  /** The best backend to try. Default: tensorflow. */
  readonly backend?: Backend;
  /** Embeds operation by operation, not through compiled graphs. Default false. */
  readonly eager?: boolean;
  /** Closes the server. */
  readonly signal: AbortSignal;
  /** Default: pino, JSON lines to standard error. */
  readonly logger?: Logger;
}

export interface RunningServer {
  /** Such as http://127.0.0.1:8080. */
  readonly url: string;
  readonly backend: string;
  /** Name of the default model, or null. */
  readonly model: string | null;
  /** Settles when everything is closed. */
  readonly closed: Promise<void>;
}

/** @throws {ListenError} where the port cannot be opened. */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const { root, signal, host = DEFAULT_HOST, port = DEFAULT_PORT } = options;
  const runsDirectory = options.runsDirectory ?? join(root, "runs");
  const logger = options.logger ?? pino(pino.destination(2));
  const { backend } = await loadRuntime({
    root,
    ...(options.backend !== undefined && { prefer: options.backend }),
  });
  const sample = createSimilaritySample(join(root, "data", "sample-valid.fasta.gz"));
  const isCompiled = backend === "tensorflow" && !options.eager;
  const libraries = isCompiled ? tensorflowLibraries(root) : null;
  const models = createModelStore({
    folders: { runs: runsDirectory, models: options.modelsDirectory ?? join(root, "models") },
    logger,
    load: (directory, summary) => loadServedModel(directory, summary, { sample, libraries }),
  });
  const experiments = await openExperiments({
    directory: options.storeDirectory ?? join(root, "store"),
    models,
    embed: (model, sequences) => model.embed(sequences),
    logger,
  });
  const index = experiments.store.runs;
  const indexer = createRunIndexer(runsDirectory, index, logger);
  const app = createApp({
    models,
    runs: createRunsReader({ runsDirectory, index, indexer, logger }),
    jobs: experiments.jobs,
    anchors: await readAnchors(join(root, "data", "anchors.fasta")),
    dashboardDirectory: join(root, "apps", "dashboard", "dist"),
    backend,
    logger,
    signal,
  });
  const { server, url } = await listen(app, { host, port });
  const closed = untilAborted(signal).then(async () => {
    await closeGracefully(server, GRACE_MS);
    await experiments.close();
    models.close();
  });
  return { url, backend, model: await models.defaultName(), closed };
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}
