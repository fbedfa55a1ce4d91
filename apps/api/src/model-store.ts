/**
 * The model store: the model that a request asks for, or the default (one that ships, else the newest
 * checkpoint), loaded at the first request and kept for the next ones. When training writes a newer
 * checkpoint of a run, the next request gets that, while requests in flight keep the model they started
 * with. A replaced model is disposed when its last borrower has returned it.
 */
import { countParameters } from "@performer/performer";
import type { ModelSummary } from "@performer/schema";
import type { Logger } from "pino";
import { createModelScan, type FoundModel, type ModelFolders } from "./model-scan.ts";
import type { ModelStore, ServedModel } from "./ports.ts";

export interface LoadedModel extends ServedModel {
  /** Frees the tensors. */
  dispose(): void;
}

export interface ModelStoreOptions {
  readonly folders: ModelFolders;
  readonly load: (directory: string, summary: ModelSummary) => Promise<LoadedModel>;
  readonly logger: Logger;
  /** Milliseconds during which a look at the folders is not repeated. */
  readonly rescanMs?: number;
  /** Milliseconds before a model that failed to load is tried again. */
  readonly retryMs?: number;
}

interface Loan {
  /** Of the found model. */
  readonly id: string;
  readonly identity: string;
  readonly model: LoadedModel;
  borrowers: number;
  replaced: boolean;
}

/** One that ships, and beside it the run that is being looked at. */
const MAX_LOADED = 2;

export function createModelStore(options: ModelStoreOptions): ModelStore & { close(): void } {
  const { load, logger, rescanMs = 1_000, retryMs = 30_000 } = options;
  const look = createModelScan(options.folders, logger);
  let lastLook: { readonly at: number; readonly found: Promise<readonly FoundModel[]> } | undefined;
  /** Loaded models, the latest used last. */
  let loans: readonly Loan[] = [];
  let lastTurn: Promise<unknown> = Promise.resolve();
  /** When each model failed to load: it may be half copied, so it is tried again, but not at once. */
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

  /** Keeps these loaded and gives up the others. */
  function keep(kept: readonly Loan[]): void {
    const given = loans.filter((loan) => !kept.includes(loan));
    loans = kept;
    for (const loan of given) {
      loan.replaced = true;
      release(loan);
    }
  }

  /** The first of the models that loads, or is loaded. */
  async function borrowFirst(candidates: readonly FoundModel[]): Promise<Loan | undefined> {
    for (const found of candidates) {
      const identity = identify(found);
      const loaded = loans.find((loan) => loan.identity === identity);
      if (loaded !== undefined) return loaded;
      if (performance.now() - (failedAt.get(identity) ?? Number.NEGATIVE_INFINITY) < retryMs)
        continue;
      try {
        const model = await load(found.directory, summarize(found));
        logger.info({ model: found.name }, "model loaded");
        return { id: found.id, identity, model, borrowers: 0, replaced: false };
      } catch (error) {
        failedAt.set(identity, performance.now());
        logger.warn({ err: error, model: found.name }, "a model cannot be loaded");
      }
    }
    // its files are gone, but it answers as before
    return candidates.length === 0 ? loans.at(-1) : undefined;
  }

  async function borrow(asked: string | undefined): Promise<Loan | "unknown" | undefined> {
    const found = await scan();
    const candidates = found.filter(
      ({ id, name }) => asked === undefined || asked === id || asked === name,
    );
    if (asked !== undefined && candidates.length === 0) return "unknown";
    const loan = await borrowFirst(candidates);
    if (loan === undefined) return undefined;
    const others = loans.filter((each) => each !== loan && each.id !== loan.id);
    // counted before another turn can give it up
    loan.borrowers++;
    keep([...others, loan].slice(-MAX_LOADED));
    return loan;
  }

  return {
    list: async () => (await scan()).map(summarize),
    defaultName: async () => (await scan())[0]?.name ?? null,
    async use(job, asked) {
      // one after another: two requests that want the same model must not both load it
      const turn = lastTurn.then(() => borrow(asked));
      lastTurn = turn.catch(() => {});
      const loan = await turn;
      if (loan === undefined || loan === "unknown") return loan;
      try {
        return await job(loan.model);
      } finally {
        loan.borrowers--;
        release(loan);
      }
    },
    close: () => keep([]),
  };
}

/** A folder may be replaced by another model of the same name. */
const identify = ({ name, fingerprint }: FoundModel) => `${name} ${fingerprint}`;

function summarize({ name, id, fingerprint, shipped, manifest }: FoundModel): ModelSummary {
  const { step, createdAt, model, metrics, exported } = manifest;
  const set = exported?.report?.sets.at(-1);
  const whole = set?.parts[0]?.model;
  return {
    name,
    id,
    fingerprint,
    shipped,
    step,
    createdAt,
    parameterCount: countParameters(model),
    config: model,
    ...(metrics.validation !== undefined && { validation: metrics.validation }),
    ...(set &&
      whole && {
        figures: {
          set: set.name,
          perplexity: whole.perplexity.mean,
          accuracy: whole.accuracy.mean,
        },
      }),
  };
}
