import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type BatchFacts, type Lane, TokenBatcher } from "../src/compute/token-batcher.ts";

/** Notes the lengths of each batch; gives each sequence its first residue back. */
function recordingLane(run: () => Promise<unknown> = () => setTimeout(5)) {
  const batches: number[][] = [];
  const lane: Lane<number> = {
    async run(sequences) {
      batches.push(sequences.map(({ length }) => length));
      await run();
      return sequences.map(([first]) => first as number);
    },
  };
  return { lane, batches };
}

const sequence = (length: number, first = 0) => new Uint8Array(length).fill(1).fill(first, 0, 1);
const { signal } = new AbortController();

describe("TokenBatcher", () => {
  it("puts the sequences of several requests into one batch, and gives each its own results", async () => {
    const batcher = new TokenBatcher({ maxTokens: 320 });
    const { lane, batches } = recordingLane();
    const results = await Promise.all([
      batcher.add(lane, [sequence(10, 1), sequence(11, 2)], signal),
      batcher.add(lane, [sequence(12, 3)], signal),
      batcher.add(lane, [sequence(13, 4)], signal),
    ]);
    expect(results).toEqual([[1, 2], [3], [4]]);
    expect(batches).toEqual([[10, 11, 12, 13]]);
  });

  it("fills a batch up to its budget of padded tokens; a longer sequence goes alone", async () => {
    const facts: BatchFacts[] = [];
    const batcher = new TokenBatcher({ maxTokens: 96, onBatch: (each) => facts.push(each) });
    const { lane, batches } = recordingLane();
    // 30 residues and two specials are a row of 32 tokens; 200 are one of 224
    await batcher.add(
      lane,
      [30, 200, 30, 30, 30, 30].map((length) => sequence(length)),
      signal,
    );
    expect(batches).toEqual([[30, 30, 30], [200], [30, 30]]);
    expect(facts).toEqual([
      { rows: 3, tokens: 96, residues: 90 },
      { rows: 1, tokens: 224, residues: 200 },
      { rows: 2, tokens: 64, residues: 60 },
    ]);
  });

  it("starts at once where nothing runs, and gathers what comes meanwhile for the next batch", async () => {
    const batcher = new TokenBatcher({ maxTokens: 8192 });
    const { lane, batches } = recordingLane(() => setTimeout(30));
    const first = batcher.add(lane, [sequence(10)], signal);
    await setTimeout(10);
    const others = [20, 21, 22].map((length) => batcher.add(lane, [sequence(length)], signal));
    await Promise.all([first, ...others]);
    expect(batches).toEqual([[10], [20, 21, 22]]);
  });

  it("serves the oldest first: one of another length is not passed over for ever", async () => {
    const batcher = new TokenBatcher({ maxTokens: 64 });
    const { lane, batches } = recordingLane();
    await Promise.all(
      [30, 30, 30, 100, 30, 30].map((length) => batcher.add(lane, [sequence(length)], signal)),
    );
    expect(batches).toEqual([[30, 30], [30, 30], [100], [30]]);
  });

  it("never mixes lanes", async () => {
    const batcher = new TokenBatcher({ maxTokens: 8192 });
    const [a, b] = [recordingLane(), recordingLane()];
    await Promise.all([
      batcher.add(a.lane, [sequence(10)], signal),
      batcher.add(b.lane, [sequence(11)], signal),
      batcher.add(a.lane, [sequence(12)], signal),
    ]);
    expect([a.batches, b.batches]).toEqual([[[10, 12]], [[11]]]);
  });

  it("computes nothing for who has left, and tells them at once", async () => {
    const batcher = new TokenBatcher({ maxTokens: 32 });
    const { lane, batches } = recordingLane(() => setTimeout(20));
    const client = new AbortController();
    const first = batcher.add(lane, [sequence(10)], signal);
    const left = batcher.add(lane, [sequence(20), sequence(21)], client.signal);
    const last = batcher.add(lane, [sequence(22, 7)], signal);
    await setTimeout(5);
    client.abort(new Error("left"));
    await expect(left).rejects.toThrow("left");
    expect(batches).toEqual([[10]]);
    expect([await first, await last]).toEqual([[0], [7]]);
    expect(batches).toEqual([[10], [22]]);
    await expect(batcher.add(lane, [sequence(1)], client.signal)).rejects.toThrow("left");
  });

  it("a batch that fails fails its own requests, and the next ones are served", async () => {
    const batcher = new TokenBatcher({ maxTokens: 32 });
    let runs = 0;
    const { lane } = recordingLane(async () => {
      if (++runs === 1) throw new Error("broken");
    });
    const [first, second] = await Promise.allSettled([
      batcher.add(lane, [sequence(10)], signal),
      batcher.add(lane, [sequence(11, 3)], signal),
    ]);
    expect(first).toMatchObject({ status: "rejected", reason: new Error("broken") });
    expect(second).toEqual({ status: "fulfilled", value: [3] });
  });
});
