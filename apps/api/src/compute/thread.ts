/**
 * The compute thread: TensorFlow, the loaded models and the making of answers live here, so that no
 * request, however large, holds up the event loop of the server. One thread and not one a core: a graph
 * takes every core by itself. Between the pieces of an answer its own loop turns, so answers interleave.
 */
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { loadRuntime, tensorflowLibraries } from "@performer/tensorflow";
import { createSimilaritySample } from "../similarity-sample.ts";
import { answerJob } from "./answer-job.ts";
import { type LoadedReader, loadModelReader } from "./load-model-reader.ts";
import { type FromThread, type ThreadSettings, type ToThread, toFailure } from "./protocol.ts";
import type { BatchFacts } from "./token-batcher.ts";

const port = parentPort;
if (port === null) throw new Error("thread: expected to be started as a worker thread");
const { root, backend: prefer, isEager } = workerData as ThreadSettings;

const { backend } = await loadRuntime({ root, ...(prefer !== undefined && { prefer }) });
const libraries = backend === "tensorflow" && !isEager ? tensorflowLibraries(root) : null;
const sample = createSimilaritySample(join(root, "data", "sample-valid.fasta.gz"));

interface Answer {
  readonly pieces: AsyncGenerator<Uint8Array, void, void>;
  readonly stop: AbortController;
}
const readers = new Map<number, LoadedReader>();
const answers = new Map<number, Answer>();

const send = (message: FromThread, transfer: ArrayBuffer[] = []) =>
  port.postMessage(message, transfer);

port.on("message", (message: ToThread) => void handle(message));
send({ type: "ready", backend });

async function handle(message: ToThread): Promise<void> {
  switch (message.type) {
    case "load":
      return load(message);
    case "dispose": {
      const reader = readers.get(message.id);
      readers.delete(message.id);
      return reader?.dispose();
    }
    case "start": {
      const stop = new AbortController();
      const reader = readers.get(message.model) as LoadedReader;
      answers.set(message.id, { pieces: answerJob(reader, message.job, stop.signal), stop });
      return;
    }
    case "next":
      return next(message.id);
    case "stop": {
      const answer = answers.get(message.id);
      answers.delete(message.id);
      answer?.stop.abort();
      await answer?.pieces.return().catch(() => undefined); // whoever asked has left
      return;
    }
    case "close": {
      for (const reader of readers.values()) await reader.dispose();
      send({ type: "closed" });
      port?.close();
      return;
    }
    default:
      return message satisfies never;
  }
}

async function load({ id, directory, summary }: ToThread & { type: "load" }): Promise<void> {
  try {
    const onBatch = (facts: BatchFacts) => send({ type: "batch", facts });
    readers.set(id, await loadModelReader(directory, summary, { sample, libraries, onBatch }));
    send({ type: "loaded", id });
  } catch (error) {
    send({ type: "failed", id, failure: toFailure(error) });
  }
}

async function next(id: number): Promise<void> {
  const answer = answers.get(id);
  if (answer === undefined) return;
  try {
    const { done, value: bytes } = await answer.pieces.next();
    if (!answers.has(id)) return; // it was stopped meanwhile
    if (done) {
      answers.delete(id);
      send({ type: "done", id });
    } else {
      send({ type: "piece", id, bytes }, [bytes.buffer as ArrayBuffer]);
    }
  } catch (error) {
    if (answers.delete(id)) send({ type: "failed", id, failure: toFailure(error) });
  }
}
