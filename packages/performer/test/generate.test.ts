/** Sequences drawn from a decoder: where they end, what they hold, and on what they depend. */
import {
  applyModel,
  type Decoder,
  eagerDecoder,
  type GenerateOptions,
  generateTokens,
  initModel,
  prefill,
} from "@performer/performer";
import { randomKey } from "@performer/random";
import { ModelConfig } from "@performer/schema";
import { expectConstantMemory } from "@performer/testing";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { attentionConfig } from "./support/attention-cases.ts";

const END = 4;
const V = 6;

/** The same scores at every position; what it was asked is kept. */
function constantDecoder(scores: readonly number[], maxLength = 50) {
  const asked: Int32Array[] = [];
  let rows = 0;
  let disposed = 0;
  const logits = () => Float32Array.from({ length: rows * V }, (_, i) => scores[i % V] as number);
  const decoder: Decoder = {
    config: { maxLength, vocabularySize: V },
    async start(_prompt, count) {
      rows = count;
      return logits();
    },
    async step(tokens) {
      asked.push(tokens);
      return logits();
    },
    dispose() {
      disposed++;
    },
  };
  return { decoder, asked, disposals: () => disposed };
}

const EVEN = [0, 0, 0, 0, 0, 0];

async function generate(options: Partial<GenerateOptions> & Pick<GenerateOptions, "decoder">) {
  const sequences: { tokens: readonly number[]; endedBy: string }[] = [];
  const events = generateTokens({
    prompt: [5],
    count: 1,
    maxTokens: 30,
    endToken: END,
    excluded: new Set([5]),
    sampling: { temperature: 1 },
    key: randomKey(3),
    ...options,
  });
  for await (const event of events) {
    if (event.type !== "sequence") continue;
    expect(event.index).toBe(sequences.length);
    sequences.push({ tokens: event.tokens, endedBy: event.endedBy });
  }
  return sequences;
}

describe("generateTokens", () => {
  test("a sequence ends at the end token, which is not part of it", async () => {
    const { decoder, disposals } = constantDecoder(EVEN);
    const sequences = await generate({ decoder, count: 40 });
    expect(sequences).toHaveLength(40);
    for (const { tokens, endedBy } of sequences) {
      expect(tokens.every((token) => token < END)).toBe(true);
      expect(endedBy).toBe("end token");
    }
    // with one token in five the end, lengths are geometric with mean 4
    const mean = sequences.reduce((sum, { tokens }) => sum + tokens.length, 0) / 40;
    expect(Math.abs(mean - 4)).toBeLessThan((4 * Math.sqrt(20)) / Math.sqrt(40));
    expect(disposals()).toBe(1);
  });

  test("a sequence that does not end is cut at maxTokens, and says so", async () => {
    const { decoder, asked } = constantDecoder([0, 0, 0, 0, -1e9, 0]);
    const sequences = await generate({ decoder, count: 2, maxTokens: 7 });
    expect(sequences.map(({ tokens, endedBy }) => [tokens.length, endedBy])).toEqual([
      [7, "length"],
      [7, "length"],
    ]);
    // the last token that is drawn is not read
    expect(asked).toHaveLength(6);
  });

  test("the end token is not drawn before minTokens, and excluded tokens never", async () => {
    const { decoder } = constantDecoder([0, 0, 0, 0, 20, 30]);
    const sequences = await generate({ decoder, count: 5, minTokens: 3 });
    for (const { tokens } of sequences) {
      expect(tokens).toHaveLength(3);
      expect(tokens.every((token) => token < END)).toBe(true);
    }
  });

  test("a sequence does not depend on those drawn beside it, but on the key and its number", async () => {
    const draw = (options: Partial<GenerateOptions>) =>
      generate({ decoder: constantDecoder(EVEN).decoder, count: 7, ...options });
    const expected = await draw({});
    expect(await draw({ rows: 1 })).toEqual(expected);
    expect(await draw({ rows: 3 })).toEqual(expected);
    expect(await draw({ count: 3 })).toEqual(expected.slice(0, 3));
    expect(await draw({ key: randomKey(4) })).not.toEqual(expected);
    expect(new Set(expected.map(({ tokens }) => tokens.join())).size).toBeGreaterThan(4);
  });

  test("steps tell how many tokens were drawn; leaving early frees the decoder", async () => {
    const { decoder, disposals } = constantDecoder([0, 0, 0, 0, -1e9, 0]);
    const options = { prompt: [5], count: 2, maxTokens: 9, endToken: END, key: randomKey(0) };
    const sampling = { temperature: 1 };
    const drawn: number[] = [];
    for await (const event of generateTokens({
      ...options,
      decoder,
      excluded: new Set(),
      sampling,
    })) {
      if (event.type === "step") drawn.push(event.drawn);
      if (drawn.length === 3) break;
    }
    expect(drawn).toEqual([2, 4, 6]);
    expect(disposals()).toBe(1);
  });

  test.each([
    [{ prompt: [] }, "expected a prompt of 1 to 50 tokens, got 0"],
    [{ maxTokens: 51 }, "expected maxTokens from 1 to 50 (maxLength 50 less the prompt), got 51"],
    [{ prompt: [5, 1, 2], maxTokens: 49 }, "from 1 to 48"],
    [{ maxTokens: 0 }, "got 0"],
  ])("refuses %o", async (options, message) => {
    const { decoder } = constantDecoder(EVEN);
    await expect(generate({ decoder, ...options })).rejects.toThrow(message);
  });
});

describe("eagerDecoder", () => {
  beforeAll(() => tf.setBackend("cpu"));

  const model = () =>
    initModel(
      ModelConfig.parse({
        vocabularySize: V,
        maxLength: 12,
        embeddingSize: 8,
        numHeads: 2,
        numLayers: 1,
        feedForwardSize: 16,
        direction: "causal",
        attention: attentionConfig("softmax-positive"),
      }),
      randomKey(8),
    );

  test("greedy sequences are the argmax of the parallel form, token by token", async () => {
    const tested = model();
    const prompt = [5, 2, 0];
    const [sequence] = await generate({
      decoder: eagerDecoder(tested),
      prompt,
      maxTokens: 9,
      excluded: new Set([END, 5]),
      sampling: { temperature: 0 },
    });
    const expected = [...prompt];
    for (let drawn = 0; drawn < 9; drawn++) {
      const tokens = tf.tensor2d([expected], undefined, "int32");
      const { logits } = applyModel(tested, { tokens });
      const last = (logits.arraySync()[0] as number[][]).at(-1) as number[];
      expected.push(last.indexOf(Math.max(...last.slice(0, END))));
    }
    expect(sequence).toEqual({ tokens: expected.slice(3), endedBy: "length" });
  });

  test("scores are those of each row's last position", async () => {
    const tested = model();
    const decoder = eagerDecoder(tested);
    const start = await decoder.start([5, 1], 2);
    const row = (tokens: number[]) =>
      (prefill(tested, tf.tensor2d([tokens], undefined, "int32")).logits.arraySync()[0] ?? []).at(
        -1,
      );
    expect([...start]).toEqual([...(row([5, 1]) ?? []), ...(row([5, 1]) ?? [])]);
    const next = await decoder.step(Int32Array.of(0, 3));
    for (const [index, score] of [...(row([5, 1, 0]) ?? []), ...(row([5, 1, 3]) ?? [])].entries()) {
      expect(next[index]).toBeCloseTo(score, 5);
    }
  });

  test("generation leaves no tensor behind", async () => {
    const tested = model();
    await expectConstantMemory(async () => {
      await generate({ decoder: eagerDecoder(tested), count: 3, maxTokens: 6, rows: 2 });
    });
  });

  test("a step before the start is refused", async () => {
    await expect(eagerDecoder(model()).step(Int32Array.of(1))).rejects.toThrow("was started");
  });
});
