import { readFasta } from "@performer/proteins";
import { readFastaWithBionode } from "@performer/proteins/node";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  chunkSizes,
  chunksOf,
  collect,
  fastaFile,
  hostileBytes,
  outcomeOf,
  READERS,
  utf8,
} from "./fasta-cases.ts";

describe.each(READERS)("%s", (_name, reader) => {
  test("a well-formed file in any line ends, cut anywhere, gives the records it was made of", async () => {
    await fc.assert(
      fc.asyncProperty(fastaFile, chunkSizes, async ({ bytes, expected }, sizes) => {
        expect(await outcomeOf(reader, bytes, { sizes })).toEqual({ records: expected });
      }),
      { numRuns: 300 },
    );
  });

  test("any bytes, cut anywhere, give records and at most a FastaError, whatever the cuts", async () => {
    await fc.assert(
      fc.asyncProperty(hostileBytes, chunkSizes, async (bytes, sizes) => {
        const whole = await outcomeOf(reader, bytes);
        expect(await outcomeOf(reader, bytes, { sizes })).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });

  test("an empty input has no records", async () => {
    expect(await outcomeOf(reader, utf8(""))).toEqual({ records: [] });
    expect(await outcomeOf(reader, utf8("\r\n; nothing but a comment\n\n"))).toEqual({
      records: [],
    });
  });

  test("repeated identifiers are read as they stand", async () => {
    const { records } = await outcomeOf(reader, utf8(">a\nMK\n>a\nMK\n"));
    expect(records.map(({ header, line }) => [header, line])).toEqual([
      ["a", 1],
      ["a", 3],
    ]);
  });

  test("a line of 40 MB is one record", async () => {
    const letters = utf8("MKVLA".repeat(13_107)); // 65,535
    const repeats = 640;
    async function* chunks() {
      yield utf8(">long\n");
      for (let i = 0; i < repeats; i++) yield letters;
    }
    const [record, ...others] = await collect(reader(chunks(), { source: "long.fasta" }));
    expect(others).toEqual([]);
    expect(record!.sequence.length).toBe(repeats * letters.length);
    expect(record!.sequence.subarray(-5)).toEqual(utf8("MKVLA"));
  });

  test("a sequence of many lines may be longer than a header may", async () => {
    const lines = utf8(`>long\r\n${"MKVLAMKVLA\r\n\r\n".repeat(150_000)}`);
    const [record] = await collect(reader(chunksOf(lines), { source: "long.fasta" }));
    expect(record!.sequence.length).toBe(1_500_000);
  });

  test("what a byte is does not depend on its place in a line, whatever stands around it", async () => {
    const isSpace = (byte: number) => [0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20].includes(byte);
    const isText = (byte: number) => byte > 0x20 && byte < 0x7f;
    const places = [1, 2, 3, 4, 5, 6, 7]; // of 12: in each place of a word, and between words
    for (let byte = 0; byte < 256; byte++) {
      const sequences = new Set<string>();
      const headers = new Set<boolean>();
      for (const place of places) {
        const line = utf8("KKKKKKKKKKKK");
        line[place] = byte;
        const ofSequence = Buffer.concat([utf8(">a\n"), line, utf8("\n")]);
        const { records } = await outcomeOf(reader, ofSequence);
        sequences.add(records[0]?.sequence.replace(/[^K]/g, "?") ?? "refused");
        const ofHeader = Buffer.concat([utf8(">"), line, utf8("\nMKV\n")]);
        headers.add((await outcomeOf(reader, ofHeader)).error === undefined);
      }
      expect(headers).toEqual(
        new Set([byte >= 0x80 || isText(byte) || [0x01, 0x09, 0x0a, 0x0d, 0x20].includes(byte)]),
      );
      const isRefused = byte === 0x3e || !(isText(byte) || isSpace(byte));
      if (isRefused) expect(sequences).toEqual(new Set(["refused"]));
      else expect(sequences).not.toContain("refused");
      if (isSpace(byte)) expect(sequences).toEqual(new Set(["K".repeat(11)]));
      else if (!isRefused) expect(sequences.size).toBe(byte === 0x4b ? 1 : places.length);
    }
  });

  test("a consumer that stops early closes the input", async () => {
    let isClosed = false;
    async function* endless() {
      try {
        for (;;) yield utf8(">a\nMKV\n".repeat(1000));
      } finally {
        isClosed = true;
      }
    }
    for await (const record of reader(endless(), { source: "endless" })) {
      if (record.line > 5000) break;
    }
    expect(isClosed).toBe(true);
  });

  test("a record keeps its bytes while the reader goes on", async () => {
    const text = Array.from(
      { length: 2000 },
      (_, i) => `>${i}\n${"ACDEFGHIKL"[i % 10]!.repeat(60)}\n`,
    );
    const records = await collect(reader(chunksOf(utf8(text.join("")), [997]), { source: "a" }));
    for (const [i, { sequence }] of records.entries()) {
      expect(Buffer.from(sequence).toString()).toBe("ACDEFGHIKL"[i % 10]!.repeat(60));
    }
  });
});

test("both readers give the same records and the same error for any bytes", async () => {
  await fc.assert(
    fc.asyncProperty(hostileBytes, chunkSizes, async (bytes, sizes) => {
      expect(await outcomeOf(readFastaWithBionode, bytes, { sizes })).toEqual(
        await outcomeOf(readFasta, bytes, { sizes }),
      );
    }),
    { numRuns: 1000 },
  );
});
