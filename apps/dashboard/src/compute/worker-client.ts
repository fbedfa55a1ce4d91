/** Calls to the worker as promises. The worker, and tfjs with it, is fetched at the first call. */
import type { CallName, Calls, FromWorker, ToWorker } from "../worker/calls.ts";
import type { Ask } from "./compute.ts";

/** The page could not compute: the model's files are missing or broken, or the browser lacks something. */
class PageComputeError extends Error {
  override readonly name = "PageComputeError";
}

export type CallWorker = <Name extends CallName>(
  name: Name,
  question: Calls[Name]["question"],
  ask: Ask,
) => Promise<Calls[Name]["answer"]>;

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: Ask["onProgress"];
}

export function createWorkerClient(): CallWorker {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let count = 0;

  const start = (): Worker => {
    const started = new Worker(new URL("../worker/worker.ts", import.meta.url), {
      type: "module",
      name: "performer",
    });
    started.onmessage = ({ data }: MessageEvent<FromWorker>) => hear(data);
    started.onerror = (event) => {
      // a worker that could not be loaded or fell: whoever waits must hear, and the next call starts anew
      const error = new PageComputeError(
        `The worker of this page failed: ${event.message || "it could not be loaded"}.`,
      );
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
      started.terminate();
      worker = undefined;
    };
    return started;
  };
  const hear = (data: FromWorker): void => {
    const call = waiting.get(data.id);
    switch (data.kind) {
      case "progress":
        call?.onProgress?.(data.progress);
        return;
      case "answer":
        call?.resolve(data.answer);
        break;
      case "fault":
        call?.reject(new PageComputeError(data.message));
        break;
      default:
        data satisfies never;
    }
    waiting.delete(data.id);
  };

  return (name, question, { signal, onProgress }) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      worker ??= start();
      const id = ++count;
      const post = (message: ToWorker) => worker?.postMessage(message);
      waiting.set(id, { resolve: resolve as (answer: unknown) => void, reject, onProgress });
      signal.addEventListener("abort", () => {
        if (!waiting.delete(id)) return;
        post({ kind: "cancel", id });
        reject(signal.reason as Error);
      });
      post({ kind: "call", id, name, question });
    });
}
