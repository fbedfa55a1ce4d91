/**
 * Keeps the store's index of runs up with their logs. Each look reads only what a log has gained, so that
 * hundreds of finished runs cost a question about their size. The logs stay the truth: a store that is
 * deleted, or of another clone, is filled again by the next look.
 */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type RunIndex, StoreError } from "@performer/store";
import { readNewRunEvents } from "@performer/training";
import type { Logger } from "pino";

/** A look this fresh is not repeated. */
const FRESH_MS = 500;

export interface RunIndexer {
  /** Settles when the index holds what the logs held when it was called. */
  refresh(): Promise<void>;
}

export function createRunIndexer(
  runsDirectory: string,
  index: RunIndex,
  logger: Logger,
): RunIndexer {
  let last: { readonly at: number; readonly look: Promise<void> } | null = null;

  async function look(): Promise<void> {
    const ids = await folderNames(runsDirectory);
    await index.keepOnly(ids);
    for (const id of ids) await catchUp(id);
  }

  async function catchUp(id: string): Promise<void> {
    const position = await index.position(id);
    const batches = readNewRunEvents(join(runsDirectory, id), position);
    for (;;) {
      const batch = await batches.next().catch((error: unknown) => {
        // one damaged log must not hide the other runs
        logger.warn({ err: error, run: id }, "a run's log cannot be read on");
        return { done: true } as const;
      });
      if (batch.done) return;
      try {
        await index.append(id, batch.value);
      } catch (error) {
        // another server on the same folder was faster: the next look goes on from there
        if (error instanceof StoreError && error.kind === "conflict") return;
        throw error;
      }
    }
  }

  return {
    refresh() {
      if (last === null || performance.now() - last.at > FRESH_MS) {
        // one after another: two looks at once would append the same events
        const before = last?.look.catch(() => {}) ?? Promise.resolve();
        const current = { at: performance.now(), look: before.then(look) };
        last = current;
        // the next look is not put off by one that failed
        current.look.catch(() => {
          if (last === current) last = null;
        });
      }
      return last.look;
    },
  };
}

async function folderNames(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
