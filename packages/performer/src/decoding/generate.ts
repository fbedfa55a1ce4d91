/**
 * Sequences drawn from a causal model, some rows at a time. Each sequence has a random stream of its
 * own, split from the key by its number, so it does not depend on how many are drawn beside it.
 */
import { createStream, type RandomKey, type RandomStream, splitKey } from "@performer/random";
import type { Decoder } from "./decoder.ts";
import { drawToken, type SamplingOptions, tokenDistribution } from "./sampling.ts";

export interface GenerateOptions {
  readonly decoder: Decoder;
  /** Tokens that every sequence begins with, the begin token included: one at least. */
  readonly prompt: readonly number[];
  /** How many sequences. */
  readonly count: number;
  /** Drawn tokens that end a sequence which has not ended by itself. */
  readonly maxTokens: number;
  /** Drawn tokens before which `endToken` is not drawn. Default 0. */
  readonly minTokens?: number;
  readonly endToken: number;
  /** Tokens that are never drawn. */
  readonly excluded: ReadonlySet<number>;
  readonly sampling: SamplingOptions;
  readonly key: RandomKey;
  /** Sequences that are drawn side by side. Default 16. */
  readonly rows?: number;
}

export type GenerationEvent =
  /** Every sequence of the batch has one token more; `drawn` counts those of all sequences so far. */
  | { readonly type: "step"; readonly drawn: number }
  | {
      readonly type: "sequence";
      /** From 0, in order. */
      readonly index: number;
      /** Drawn tokens, without prompt and end token. */
      readonly tokens: readonly number[];
      /** Whether the model ended it, or `maxTokens`. */
      readonly endedBy: "end token" | "length";
    };

/**
 * Steps as they come, and each sequence once it and all before it have ended.
 * @throws {RangeError} where prompt and maxTokens exceed what the model takes; as `tokenDistribution`.
 */
export async function* generateTokens(options: GenerateOptions): AsyncGenerator<GenerationEvent> {
  const { decoder, count, rows: rowsAtOnce = 16 } = options;
  assertFits(options);
  let drawn = 0;
  try {
    for (let first = 0; first < count; first += rowsAtOnce) {
      const indices = Array.from(
        { length: Math.min(rowsAtOnce, count - first) },
        (_, i) => first + i,
      );
      for await (const event of drawBatch(indices, options)) {
        if (event.type === "step") drawn += event.drawn;
        yield event.type === "step" ? { ...event, drawn } : event;
      }
    }
  } finally {
    decoder.dispose();
  }
}

interface Row {
  readonly index: number;
  readonly stream: RandomStream;
  readonly tokens: number[];
  endedBy: "end token" | "length" | undefined;
}

async function* drawBatch(
  indices: readonly number[],
  options: GenerateOptions,
): AsyncGenerator<GenerationEvent> {
  const { decoder, key, prompt, endToken } = options;
  const rows = indices.map((index): Row => {
    const stream = createStream(splitKey(key, "sequence", index));
    return { index, stream, tokens: [], endedBy: undefined };
  });
  const V = decoder.config.vocabularySize;
  const waiting = [...rows];
  let logits = await decoder.start(prompt, rows.length);
  for (;;) {
    const open = rows.filter(({ endedBy }) => endedBy === undefined);
    for (const row of open) {
      const position = rows.indexOf(row);
      extend(row, logits.subarray(position * V, (position + 1) * V), options);
    }
    yield { type: "step", drawn: open.length };
    for (let row = waiting[0]; row?.endedBy !== undefined; row = waiting[0]) {
      const { index, tokens, endedBy } = row;
      yield { type: "sequence", index, tokens, endedBy };
      waiting.shift();
    }
    if (waiting.length === 0) return;
    // rows that have ended read on, and what they say is not heard: the shape stays the same
    logits = await decoder.step(
      Int32Array.from(rows, ({ tokens, endedBy }) =>
        endedBy === undefined ? (tokens.at(-1) as number) : endToken,
      ),
    );
  }
}

function extend(row: Row, logits: Float32Array, options: GenerateOptions): void {
  const { endToken, excluded, minTokens = 0, maxTokens, sampling } = options;
  const isTooEarly = row.tokens.length < minTokens;
  const never = isTooEarly ? new Set([...excluded, endToken]) : excluded;
  const token = drawToken(tokenDistribution(logits, sampling, never), row.stream.uniform());
  if (token === endToken) {
    row.endedBy = "end token";
    return;
  }
  row.tokens.push(token);
  if (row.tokens.length === maxTokens) row.endedBy = "length";
}

function assertFits({ decoder, prompt, maxTokens }: GenerateOptions): void {
  const { maxLength } = decoder.config;
  // the last token that is drawn need not be read
  const most = maxLength - prompt.length + 1;
  if (prompt.length < 1 || prompt.length > maxLength) {
    throw new RangeError(
      `generateTokens: expected a prompt of 1 to ${maxLength} tokens, got ${prompt.length}`,
    );
  }
  if (!Number.isInteger(maxTokens) || maxTokens < 1 || maxTokens > most) {
    throw new RangeError(
      `generateTokens: expected maxTokens from 1 to ${most} (maxLength ${maxLength} less the prompt), got ${maxTokens}`,
    );
  }
}
