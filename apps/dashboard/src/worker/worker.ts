/** The worker of the page: takes calls one after another, so that the page never waits for arithmetic. */
import "../zod-without-eval.ts";
import { createAnswers } from "./answers.ts";
import type { CallName, FromWorker, ToWorker } from "./calls.ts";

const answers = createAnswers();
const cancels = new Map<number, AbortController>();
/** A backend computes one thing at a time; calls wait for the one before. */
let last: Promise<unknown> = Promise.resolve();

const send = (message: FromWorker): void => self.postMessage(message);

self.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  switch (data.kind) {
    case "call": {
      const cancel = new AbortController();
      cancels.set(data.id, cancel);
      last = last.then(() => answer(data.id, data.name, data.question, cancel.signal));
      break;
    }
    case "cancel":
      cancels.get(data.id)?.abort();
      break;
    default:
      data satisfies never;
  }
});

async function answer(
  id: number,
  name: CallName,
  question: unknown,
  signal: AbortSignal,
): Promise<void> {
  try {
    signal.throwIfAborted();
    const compute = answers[name] as (question: unknown, ask: object) => Promise<unknown>;
    const found = await compute(question, {
      signal,
      onProgress: (progress: Extract<FromWorker, { kind: "progress" }>["progress"]) =>
        send({ id, kind: "progress", progress }),
    });
    send({ id, kind: "answer", answer: found });
  } catch (error) {
    send({ id, kind: "fault", message: error instanceof Error ? error.message : String(error) });
  } finally {
    cancels.delete(id);
  }
}
