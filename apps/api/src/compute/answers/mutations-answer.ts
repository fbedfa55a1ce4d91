/** Scores of mutations as one JSON document, or as a line a position as soon as it is known. */
import { decodeTokens, STANDARD_RESIDUES } from "@performer/proteins";
import type { ModelSummary, MutationsCostResponse } from "@performer/schema";
import { encodeNumbers } from "../../json-numbers.ts";
import type { MutationsJob } from "../job.ts";
import type { ModelReader } from "../model-reader.ts";
import { textPieces } from "./text-pieces.ts";

export function mutationsAnswer(
  reader: ModelReader,
  job: MutationsJob,
): AsyncGenerator<Uint8Array, void, void> {
  switch (job.format) {
    case "json":
      return textPieces(mutationsJson(reader, job));
    case "ndjson":
      return textPieces(mutationLines(reader, job), { lineByLine: true });
    default:
      return job.format satisfies never;
  }
}

/** What is asked, and what it costs: the answer to a dry run, and the head of the others. */
export function describeMutations(
  { name: model, fingerprint, config }: Pick<ModelSummary, "name" | "fingerprint" | "config">,
  { accession, sequence, method, cost }: Omit<MutationsJob, "kind" | "format" | "positions">,
): MutationsCostResponse {
  const { direction } = config;
  return {
    ...{ model, fingerprint, accession, sequence: decodeTokens(sequence) },
    ...{ method, direction, cost },
  };
}

async function* mutationsJson(reader: ModelReader, job: MutationsJob): AsyncGenerator<string> {
  const head = describeMutations(reader.summary, job);
  const { positions } = job;
  const fields = JSON.stringify({ ...head, residues: STANDARD_RESIDUES, positions });
  yield `${fields.slice(0, -1)},"scores":[`;
  let separator = "";
  for await (const { scores } of reader.mutations(job.sequence, job)) {
    yield `${separator}${encodeNumbers(scores)}`;
    separator = ",";
  }
  yield "]}";
}

async function* mutationLines(reader: ModelReader, job: MutationsJob): AsyncGenerator<string> {
  const head = describeMutations(reader.summary, job);
  yield `${JSON.stringify({ type: "model", ...head, residues: STANDARD_RESIDUES })}\n`;
  let count = 0;
  for await (const { position, wildType, scores } of reader.mutations(job.sequence, job)) {
    const letter = decodeTokens([wildType]);
    yield `{"type":"position","position":${position},"wildType":"${letter}","scores":${encodeNumbers(scores)}}\n`;
    count++;
  }
  yield `${JSON.stringify({ type: "end", count })}\n`;
}
