import type { TokenScorer } from "@performer/interpret";
import { collateSequences } from "@performer/proteins";
import { expect, test } from "vitest";
import { withProgress } from "../src/score/score-progress.ts";

const scorer: TokenScorer = {
  config: { direction: "bidirectional", maxLength: 64, vocabularySize: 29 },
  logits: async ({ tokens }) => Float32Array.from(tokens),
};
const batch = collateSequences([Uint8Array.of(1, 2, 3), Uint8Array.of(4)], { length: 8 });

function watched(isTTY: boolean) {
  const written: string[] = [];
  const output = { isTTY, write: (text: string) => written.push(text) };
  return { written, output: output as unknown as NodeJS.WriteStream };
}

test("on a terminal: passes so far and the rate, on a line that goes away at the end", async () => {
  const { written, output } = watched(true);
  const counted = withProgress(scorer, output);
  expect(await counted.logits(batch)).toEqual(await scorer.logits(batch));
  expect(written).toEqual([expect.stringContaining("2 passes, ")]);
  counted.close();
  expect(written.at(-1)).toBe("\r\u001b[2K");
});

test("in a log file: nothing", async () => {
  const { written, output } = watched(false);
  const counted = withProgress(scorer, output);
  expect(await counted.logits(batch)).toEqual(await scorer.logits(batch));
  counted.close();
  expect(written).toEqual([]);
});
