/** NDJSON of drawn sequences: the model, progress once in a while, each sequence, the end. */
import { decodeTokens } from "@performer/proteins";
import type { GenerationLine } from "@performer/schema";
import type { GenerateJob } from "../job.ts";
import type { ModelReader } from "../model-reader.ts";

/** Between two lines of progress. */
const PROGRESS_MS = 250;

export async function* generationLines(
  reader: ModelReader,
  job: GenerateJob,
): AsyncGenerator<string> {
  const { name: model, fingerprint } = reader.summary;
  yield toLine({ type: "model", model, fingerprint });
  let count = 0;
  let toldAt = performance.now();
  for await (const event of reader.generate(job)) {
    if (event.type === "step") {
      if (performance.now() - toldAt < PROGRESS_MS) continue;
      toldAt = performance.now();
      yield toLine({ type: "progress", drawn: event.drawn });
      continue;
    }
    const { index, tokens, endedBy } = event;
    const sequence = decodeTokens([...job.prompt, ...tokens]);
    const end = endedBy === "end token" ? "model" : "max-length";
    yield toLine({ type: "sequence", index, sequence, endedBy: end });
    count++;
  }
  yield toLine({ type: "end", count });
}

const toLine = (line: GenerationLine): string => `${JSON.stringify(line)}\n`;
