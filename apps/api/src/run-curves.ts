/** Curves of runs out of the store's index, which is brought up to date first, as far as it can be. */
import type { RunMetricsQuery, RunMetricsResponse } from "@performer/schema";
import { type RunIndex, StoreError } from "@performer/store";
import type { Logger } from "pino";
import type { RunIndexer } from "./run-indexer.ts";

export interface RunCurves {
  /** At most `points` points. @returns "unknown": there is no such run. */
  read(id: string, query: RunMetricsQuery): Promise<RunMetricsResponse["points"] | "unknown">;
}

export interface RunCurvesOptions {
  readonly index: RunIndex;
  readonly indexer: RunIndexer;
  readonly logger: Logger;
}

export const createRunCurves = ({ index, indexer, logger }: RunCurvesOptions): RunCurves => ({
  async read(id, { kind, points }) {
    await indexer.refresh().catch((error: unknown) => {
      if (!(error instanceof StoreError)) throw error;
      logger.warn({ err: error }, "the index of runs cannot be brought up to date");
    });
    if ((await index.position(id)) === null) return "unknown";
    return [...(await index.metrics(id, { kind, maxPoints: points }))];
  },
});
