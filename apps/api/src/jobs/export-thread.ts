/**
 * A thread that makes one file of a result and ends: parsing numbers and writing columns take a core,
 * and the event loop of the server must stay free.
 */
import { parentPort, workerData } from "node:worker_threads";
import { type Failure, toFailure } from "../compute/protocol.ts";
import { diskFull, isDiskFull } from "./disk-space.ts";
import { type ExportOptions, exportResult } from "./export-result.ts";

/** Null: the file is there. */
export type ExportOutcome = Failure | null;

async function outcome(): Promise<ExportOutcome> {
  try {
    await exportResult(workerData as ExportOptions);
    return null;
  } catch (error) {
    if (!isDiskFull(error)) return toFailure(error);
    return toFailure(
      diskFull(
        "the server's disk filled up while the file was made, and what was written is removed; free some space, or take application/x-ndjson, which is there",
      ),
    );
  }
}

parentPort?.postMessage(await outcome());
