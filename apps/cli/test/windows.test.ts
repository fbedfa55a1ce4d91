import type { FastaRecord } from "@performer/proteins";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isInShard, parseShard } from "../src/embed/shard.ts";
import { type EmbeddingWindow, type WindowOptions, windowsOf } from "../src/embed/windows.ts";

const record = (header: string, sequence: string, line = 1): FastaRecord => ({
  header,
  sequence: new TextEncoder().encode(sequence),
  source: "proteins.fasta",
  line,
});

async function* stream(records: readonly FastaRecord[]) {
  yield* records;
}

const OPTIONS: WindowOptions = {
  maxResidues: 5000,
  letters: "strict",
  skipLong: false,
  windowResidues: 100,
  shard: null,
  from: 0,
};

async function all(records: readonly FastaRecord[], options: Partial<WindowOptions> = {}) {
  const windows: EmbeddingWindow[] = [];
  for await (const window of windowsOf(stream(records), { ...OPTIONS, ...options })) {
    windows.push(window);
  }
  return windows;
}

const numbersOf = (windows: readonly EmbeddingWindow[]) =>
  windows.flatMap(({ records }) => records.map(({ record: number }) => number));

describe("windowsOf", () => {
  it("keeps the order of the records and gathers a bounded number of residues", async () => {
    const records = Array.from({ length: 5 }, (_, i) => record(`p${i}`, "A".repeat(60)));
    const windows = await all(records);
    expect(windows.map(({ nextRecord }) => nextRecord)).toEqual([2, 4, 5]);
    expect(windows.flatMap((window) => window.records.map(({ id }) => id))).toEqual(
      records.map(({ header }) => header),
    );
  });

  it("gives nothing for no records", async () => {
    expect(await all([])).toEqual([]);
  });

  it("goes on at any window as if it had never stopped", async () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 80 }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(lengths, async (sizes) => {
        const records = sizes.map((size, i) => record(`p${i}`, "A".repeat(size)));
        const whole = await all(records);
        for (const [index, { nextRecord }] of whole.entries()) {
          expect(await all(records, { from: nextRecord })).toEqual(whole.slice(index + 1));
        }
      }),
      { numRuns: 20 },
    );
  });

  it("shards: every record is in exactly one, and they are even", async () => {
    const records = Array.from({ length: 11 }, (_, i) => record(`p${i}`, "AC"));
    const shards = await Promise.all(
      [0, 1, 2].map(async (index) => numbersOf(await all(records, { shard: { index, count: 3 } }))),
    );
    expect(shards.flat().sort((a, b) => a - b)).toEqual(records.map((_, i) => i));
    expect(shards.map(({ length }) => length)).toEqual([4, 4, 3]);
    expect(isInShard(7, null)).toBe(true);
  });

  it("names file and line of a letter that is no residue, and reads it as X if lenient", async () => {
    const records = [record("a", "MK1", 7)];
    await expect(all(records)).rejects.toThrow('proteins.fasta:7: "1" at position 3');
    const [window] = await all(records, { letters: "lenient" });
    expect(window?.records[0]?.sequence).toHaveLength(3);
  });

  it("never cuts: a sequence that is too long is an error with the limit, or passed over by name", async () => {
    const records = [record("a", "MKTA", 1), record("b", "MKT", 3)];
    await expect(all(records, { maxResidues: 3 })).rejects.toThrow(
      "proteins.fasta:1: the sequence has 4 residues, the model takes 3",
    );
    const passedOver: string[] = [];
    const onTooLong = (message: string) => passedOver.push(message);
    const windows = await all(records, { maxResidues: 3, skipLong: true, onTooLong });
    expect(numbersOf(windows)).toEqual([1]);
    expect(passedOver).toHaveLength(1);
  });

  it("refuses a record of gaps only", async () => {
    await expect(all([record("a", "--*", 2)])).rejects.toThrow("proteins.fasta:2");
  });
});

describe("--shard", () => {
  it.each(["4/4", "1", "a/b", "-1/2", "0/0", "1/2/3"])("refuses %s", (text) => {
    expect(() => parseShard(text)).toThrow("i from 0 to n - 1");
  });
  it("counts from 0", () => expect(parseShard("0/4")).toEqual({ index: 0, count: 4 }));
});
