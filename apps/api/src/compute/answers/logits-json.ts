/** JSON text of a LogitsResponse, a row at a time. */
import { logSumExp, standardLogits } from "@performer/interpret";
import { decodeTokens, STANDARD_RESIDUES, tokenNamesOf } from "@performer/proteins";
import type { LogitsResponse, ModelSummary } from "@performer/schema";
import { encodeNumbers, encodeRows } from "../../json-numbers.ts";
import type { LogitsJob } from "../job.ts";

/** @param logits [L × V] */
export function* logitsJson(
  { name: model, fingerprint, config }: ModelSummary,
  { accession, sequence, tokens }: LogitsJob,
  logits: Float32Array,
): Generator<string> {
  const { direction, vocabulary, vocabularySize: V } = config;
  const names =
    tokens === "standard" ? [...STANDARD_RESIDUES] : tokenNamesOf(vocabulary).slice(0, V);
  const scores = tokens === "standard" ? standardLogits(logits, V) : logits;
  const head: Omit<LogitsResponse, "logits" | "logSumExp"> = {
    ...{ model, fingerprint, accession, sequence: decodeTokens(sequence), direction },
    tokens: [...names],
  };
  yield `${JSON.stringify(head).slice(0, -1)},"logits":[`;
  yield* encodeRows(scores, names.length);
  yield `],"logSumExp":${encodeNumbers(logSumExp(logits, V))}}`;
}
