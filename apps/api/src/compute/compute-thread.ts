/**
 * The server's end of the compute thread. A worker thread and not a process: answers of many megabytes
 * change hands without being copied, and TensorFlow's addon and koffi load in it as they do elsewhere,
 * as long as no other thread loads them too. The price: a crash of native code ends the server.
 */
import { SHARE_ENV, Worker } from "node:worker_threads";
import type { ModelSummary } from "@performer/schema";
import type { Backend } from "@performer/tensorflow";
import type { LoadedModel } from "../model-store.ts";
import { type FromThread, type ThreadSettings, type ToThread, toError } from "./protocol.ts";
import type { BatchFacts } from "./token-batcher.ts";

/** The built file, also for the sources: a thread needs JavaScript. */
const THREAD = new URL("../../dist/compute/thread.js", import.meta.url);

export interface ComputeThreadOptions extends ThreadSettings {
  readonly onBatch: (facts: BatchFacts) => void;
}

export interface ComputeThread {
  readonly backend: Backend;
  /** @throws {Error} as `loadCheckpoint`. */
  load(directory: string, summary: ModelSummary): Promise<LoadedModel>;
  /** Frees the models and ends the thread. */
  close(): Promise<void>;
  /** Settles when the thread has ended without being closed, with the reason. */
  readonly lost: Promise<Error>;
}

type Reply = Exclude<FromThread, { type: "ready" | "batch" | "closed" }>;

export async function openComputeThread({
  onBatch,
  ...settings
}: ComputeThreadOptions): Promise<ComputeThread> {
  // the settings of TensorFlow are variables of the process's environment; flags of the process, such
  // as a test runner's conditions of resolution, are not for the built file
  const worker = new Worker(THREAD, { workerData: settings, env: SHARE_ENV, execArgv: [] });
  const waiting = new Map<number, PromiseWithResolvers<Reply>>();
  const [ready, closed, lost] = [
    withResolvers<Backend>(),
    withResolvers<void>(),
    withResolvers<Error>(),
  ];
  let failed: Error | undefined;
  let isClosing = false;
  let lastId = 0;

  worker.on("message", (message: FromThread) => {
    switch (message.type) {
      case "ready":
        return ready.resolve(message.backend);
      case "batch":
        return onBatch(message.facts);
      case "closed":
        return closed.resolve();
      default:
        waiting.get(message.id)?.resolve(message);
        waiting.delete(message.id);
    }
  });
  const fail = (error: Error) => {
    failed ??= error;
    ready.reject(failed);
    if (!isClosing) lost.resolve(failed);
    for (const { reject } of waiting.values()) reject(failed);
    waiting.clear();
  };
  worker.on("error", (error) => fail(error));
  worker.on("exit", (code) => {
    fail(new Error(`the compute thread ended with code ${code}`));
    closed.resolve();
  });

  const post = (message: ToThread) => worker.postMessage(message);
  const ask = (message: ToThread & { readonly id: number }): Promise<Reply> => {
    if (failed !== undefined) return Promise.reject(failed);
    const reply = withResolvers<Reply>();
    waiting.set(message.id, reply);
    post(message);
    return reply.promise;
  };

  async function* answer(
    model: number,
    job: (ToThread & { type: "start" })["job"],
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array, void, void> {
    signal.throwIfAborted();
    const id = ++lastId;
    const aborted = withResolvers<never>();
    const onAbort = () => aborted.reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    post({ type: "start", id, model, job });
    let isOver = false;
    try {
      for (;;) {
        const reply = await Promise.race([ask({ type: "next", id }), aborted.promise]);
        isOver = reply.type !== "piece";
        if (reply.type === "failed") throw toError(reply.failure);
        if (reply.type !== "piece") return;
        yield reply.bytes;
      }
    } finally {
      signal.removeEventListener("abort", onAbort);
      waiting.delete(id);
      if (!isOver) post({ type: "stop", id });
    }
  }

  return {
    backend: await ready.promise,
    lost: lost.promise,
    async load(directory, summary) {
      const id = ++lastId;
      const reply = await ask({ type: "load", id, directory, summary });
      if (reply.type === "failed") throw toError(reply.failure);
      return {
        summary,
        answer: (job, signal) => answer(id, job, signal),
        dispose: () => post({ type: "dispose", id }),
      };
    },
    async close() {
      isClosing = true;
      if (failed !== undefined) return;
      post({ type: "close" });
      await closed.promise;
      await worker.terminate();
    },
  };
}

interface PromiseWithResolvers<Value> {
  readonly promise: Promise<Value>;
  resolve(value: Value): void;
  reject(error: unknown): void;
}

/** Promise.withResolvers, which Node 20 lacks. A rejection that nobody waits for is no fault. */
function withResolvers<Value>(): PromiseWithResolvers<Value> {
  let settle: Pick<PromiseWithResolvers<Value>, "resolve" | "reject"> | undefined;
  const promise = new Promise<Value>((resolve, reject) => {
    settle = { resolve, reject };
  });
  promise.catch(() => undefined);
  return { promise, ...(settle as NonNullable<typeof settle>) };
}
