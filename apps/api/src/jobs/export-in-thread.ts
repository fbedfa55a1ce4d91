/** Makes a file of a result in a thread, which ends with the signal. */
import { Worker } from "node:worker_threads";
import { toError } from "../compute/protocol.ts";
import type { ExportOptions } from "./export-result.ts";
import type { ExportOutcome } from "./export-thread.ts";

/** The built file, also for the sources: a thread needs JavaScript. */
const THREAD = new URL("../../dist/jobs/export-thread.js", import.meta.url);

/** Settles when the thread has ended and writes nothing more. @throws the signal's reason. */
export async function exportInThread(options: ExportOptions, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  // flags of the process, such as a test runner's conditions of resolution, are not for the built file
  const worker = new Worker(THREAD, { workerData: options, execArgv: [] });
  const end = () => void worker.terminate();
  signal.addEventListener("abort", end, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      worker.once("message", (outcome: ExportOutcome) => {
        if (outcome === null) resolve();
        else reject(toError(outcome));
      });
      worker.once("error", reject);
      worker.once("exit", (code) => {
        const unexpected = new Error(`exportInThread: the thread ended with code ${code}`);
        reject(signal.aborted ? signal.reason : unexpected);
      });
    });
  } finally {
    signal.removeEventListener("abort", end);
    await worker.terminate();
  }
}
