/** Bulk jobs wait for people, not the other way round. */
import { expect, test } from "vitest";
import { type Lane, TokenBatcher } from "../../src/compute/token-batcher.ts";

const never = new AbortController().signal;

/** Sequences are told apart by their first residue. */
function recordingLane() {
  const batches: number[][] = [];
  const lane: Lane<number> = {
    async run(sequences) {
      batches.push(sequences.map(([first]) => first as number));
      await new Promise((resolve) => setTimeout(resolve, 5));
      return sequences.map(([first]) => first as number);
    },
  };
  return { lane, batches };
}

/** Padded to 32 and to 64 tokens. */
const short = (first: number) => Uint8Array.of(first, ...new Uint8Array(9));
const long = (first: number) => Uint8Array.of(first, ...new Uint8Array(49));

test("what comes in front is computed before everything in the background, which fills what is left of a batch", async () => {
  const { lane, batches } = recordingLane();
  const batcher = new TokenBatcher({ maxTokens: 64 });
  const background = batcher.add(lane, [1, 2, 3, 4].map(short), never, "background");
  const longBackground = batcher.add(lane, [5, 6].map(long), never, "background");
  // comes while the first batch is computed
  await new Promise((resolve) => setTimeout(resolve, 2));
  const front = batcher.add(lane, [short(7), long(8)], never);
  expect(await front).toEqual([7, 8]);
  expect(await background).toEqual([1, 2, 3, 4]);
  expect(await longBackground).toEqual([5, 6]);
  expect(batches).toEqual([[1, 2], [7, 3], [8], [4], [5], [6]]);
});
