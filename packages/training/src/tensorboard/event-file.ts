/** A run's events as a TensorBoard file: `tensorboard --logdir runs` shows the curves of all runs. */
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import type { RunEvent } from "@performer/schema";
import { encodeEvent, type TensorBoardEvent } from "./event-proto.ts";
import { frameRecord } from "./tf-record.ts";

export interface EventFile {
  readonly path: string;
  append(event: RunEvent): Promise<void>;
  close(): Promise<void>;
}

/** Opens a new file in `directory`; a resumed run gets a second file, which TensorBoard joins. */
export async function openEventFile(directory: string, startedAt: Date): Promise<EventFile> {
  await mkdir(directory, { recursive: true });
  const seconds = String(Math.floor(startedAt.getTime() / 1000)).padStart(10, "0");
  const path = join(directory, `events.out.tfevents.${seconds}.${hostname()}.${process.pid}`);
  const file = await open(path, "a");
  await write(file, { kind: "version" }, startedAt);
  return {
    path,
    async append(event) {
      const record = translate(event);
      if (record !== undefined) await write(file, record, new Date(event.time));
    },
    close: () => file.close(),
  };
}

async function write(file: FileHandle, event: TensorBoardEvent, time: Date): Promise<void> {
  await file.appendFile(frameRecord(encodeEvent(event, time.getTime() / 1000)));
}

/** What TensorBoard should know of an event; undefined for events without a number. */
function translate(event: RunEvent): TensorBoardEvent | undefined {
  const { step } = event;
  switch (event.type) {
    case "start":
      return event.resumedFrom > 0 ? { kind: "restart", step: event.resumedFrom + 1 } : undefined;
    case "step": {
      const scalars = {
        "train/loss": event.metrics.loss,
        "train/perplexity": event.metrics.perplexity,
        "train/accuracy": event.metrics.accuracy,
        "train/learning_rate": event.learningRate,
        "train/gradient_norm": event.gradientNorm,
        "train/tokens_per_second": event.tokensPerSecond,
      };
      return { kind: "scalars", step, scalars };
    }
    case "evaluation": {
      const scalars = {
        "validation/loss": event.metrics.loss,
        "validation/perplexity": event.metrics.perplexity,
        "validation/accuracy": event.metrics.accuracy,
      };
      return { kind: "scalars", step, scalars };
    }
    case "checkpoint":
    case "end":
      return undefined;
    default:
      return event satisfies never;
  }
}
