/**
 * The runs of a folder, as the app reads them: summaries from the store's index, events from
 * the log files. While the store cannot be written to, summaries come from the logs themselves.
 */
import { join } from "node:path";
import type { RunSummary } from "@performer/schema";
import { type IndexedRun, type RunIndex, StoreError } from "@performer/store";
import { followRunEvents, listRuns, readRunEvents, runStatus } from "@performer/training";
import type { Logger } from "pino";
import type { RunsReader } from "./ports.ts";
import type { RunIndexer } from "./run-indexer.ts";

/** Names that `openRunFolder` allows: nothing that could lead out of the folder. */
const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export interface RunsReaderOptions {
  readonly runsDirectory: string;
  readonly index: RunIndex;
  readonly indexer: RunIndexer;
  readonly logger: Logger;
}

export function createRunsReader(options: RunsReaderOptions): RunsReader {
  const { runsDirectory, index, indexer, logger } = options;
  const summarize = async ({
    end,
    lastTraining,
    lastEvaluation,
    parameterCount,
    ...run
  }: IndexedRun) =>
    ({
      ...run,
      status: await runStatus(join(runsDirectory, run.id), end),
      ...(lastTraining !== null && { lastTraining }),
      ...(lastEvaluation !== null && { lastEvaluation }),
    }) satisfies RunSummary;

  return {
    async list() {
      try {
        await indexer.refresh();
        return await Promise.all((await index.list()).map(summarize));
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        logger.warn({ err: error }, "runs are read from their logs: the store is of no use now");
        return listRuns(runsDirectory);
      }
    },
    async follow(id, { afterLine, signal }) {
      if (!RUN_ID.test(id)) return "unknown";
      const root = join(runsDirectory, id);
      const events = await readRunEvents(root);
      if (events.length === 0) return "unknown";
      // followRunEvents would wait here for somebody to resume the run
      if (events.at(-1)?.type === "end" && events.length === afterLine) return "ended";
      return followRunEvents(root, { fromLine: afterLine, signal });
    },
  };
}
