/** Drawn sequences bit by bit, as NDJSON or server-sent events: the model, progress once in a while, each sequence, the end. */
import { decodeTokens } from "@performer/proteins";
import type { GenerationLine } from "@performer/schema";
import type { GenerateJob, StreamFormat } from "../job.ts";
import type { ModelReader } from "../model-reader.ts";

/** Between two lines of progress. */
const PROGRESS_MS = 250;

export async function* generationLines(
  reader: ModelReader,
  job: GenerateJob,
): AsyncGenerator<string> {
  const { name: model, fingerprint } = reader.summary;
  const write = WRITERS[job.format];
  yield write({ type: "model", model, fingerprint });
  let count = 0;
  let toldAt = performance.now();
  for await (const event of reader.generate(job)) {
    if (event.type === "step") {
      if (performance.now() - toldAt < PROGRESS_MS) continue;
      toldAt = performance.now();
      yield write({ type: "progress", drawn: event.drawn });
      continue;
    }
    const { index, tokens, endedBy } = event;
    const sequence = decodeTokens([...job.prompt, ...tokens]);
    const end = endedBy === "end token" ? "model" : "max-length";
    yield write({ type: "sequence", index, sequence, endedBy: end });
    count++;
  }
  yield write({ type: "end", count });
}

const WRITERS: Record<StreamFormat, (line: GenerationLine) => string> = {
  ndjson: (line) => `${JSON.stringify(line)}\n`,
  events: (line) => `data: ${JSON.stringify(line)}\n\n`,
};
