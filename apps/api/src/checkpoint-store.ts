/**
 * The model store of a runs folder: the newest checkpoint that loads is lent out; when training writes
 * a newer one, the next request gets that, while requests in flight keep the model they started with.
 * A replaced model is disposed when its last borrower has returned it.
 */
import { countParameters } from "@performer/performer";
import type { ModelSummary } from "@performer/schema";
import type { Logger } from "pino";
import { createCheckpointScan, type FoundCheckpoint } from "./checkpoint-scan.ts";
import type { ModelStore, ServedModel } from "./ports.ts";

export interface LoadedModel extends ServedModel {
  /** Frees the tensors. */
  dispose(): void;
}

export interface CheckpointStoreOptions {
  readonly runsDirectory: string;
  readonly load: (directory: string, summary: ModelSummary) => Promise<LoadedModel>;
  readonly logger: Logger;
  /** Milliseconds during which a look at the folder is not repeated. */
  readonly rescanMs?: number;
  /** Milliseconds before a checkpoint that failed to load is tried again. */
  readonly retryMs?: number;
}

interface Loan {
  readonly identity: string;
  readonly model: LoadedModel;
  borrowers: number;
  replaced: boolean;
}

export function createCheckpointStore(
  options: CheckpointStoreOptions,
): ModelStore & { close(): void } {
  const { load, logger, rescanMs = 1_000, retryMs = 30_000 } = options;
  const look = createCheckpointScan(options.runsDirectory, logger);
  let lastLook:
    | { readonly at: number; readonly found: Promise<readonly FoundCheckpoint[]> }
    | undefined;
  let current: Loan | undefined;
  let loading: Promise<void> | undefined;
  /** When each checkpoint failed to load: it may be half copied, so it is tried again, but not at once. */
  const failedAt = new Map<string, number>();

  const scan = () => {
    if (lastLook === undefined || performance.now() - lastLook.at > rescanMs) {
      lastLook = { at: performance.now(), found: look() };
    }
    return lastLook.found;
  };

  function release(loan: Loan): void {
    if (loan.replaced && loan.borrowers === 0) loan.model.dispose();
  }

  function replace(next: Loan | undefined): void {
    const previous = current;
    current = next;
    if (previous === undefined) return;
    previous.replaced = true;
    release(previous);
  }

  /** Makes the newest checkpoint that loads the current one. */
  async function refresh(): Promise<void> {
    for (const checkpoint of await scan()) {
      const identity = identify(checkpoint);
      if (identity === current?.identity) return;
      if (performance.now() - (failedAt.get(identity) ?? Number.NEGATIVE_INFINITY) < retryMs)
        continue;
      try {
        const model = await load(checkpoint.directory, summarize(checkpoint));
        replace({ identity, model, borrowers: 0, replaced: false });
        logger.info({ model: checkpoint.name }, "model loaded");
        return;
      } catch (error) {
        failedAt.set(identity, performance.now());
        logger.warn({ err: error, model: checkpoint.name }, "a checkpoint cannot be loaded");
      }
    }
  }

  return {
    list: async () => (await scan()).map(summarize),
    newestName: async () => (await scan())[0]?.name ?? null,
    async use(job) {
      loading ??= refresh().finally(() => {
        loading = undefined;
      });
      await loading;
      const loan = current;
      if (loan === undefined) return undefined;
      loan.borrowers++;
      try {
        return await job(loan.model);
      } finally {
        loan.borrowers--;
        release(loan);
      }
    },
    close: () => replace(undefined),
  };
}

/** A run that was deleted and trained again may reuse a name, but not the time as well. */
const identify = ({ name, manifest }: FoundCheckpoint) => `${name} ${manifest.createdAt}`;

function summarize({ name, manifest }: FoundCheckpoint): ModelSummary {
  const { step, createdAt, model, metrics } = manifest;
  return {
    name,
    step,
    createdAt,
    parameterCount: countParameters(model),
    config: model,
    ...(metrics.validation !== undefined && { validation: metrics.validation }),
  };
}
