import { gzipSync } from "node:zlib";
import { FastaError } from "@performer/proteins";
import { describe, expect, test } from "vitest";
import { chunksOf, collect, outcomeOf, READERS, utf8 } from "./fasta-cases.ts";

const good = ">a\nMKV\n";

/**
 * Name, bytes, line and text of the error, and how many records it follows. A comment or binary
 * does not end a record, so the one before it is open and not given.
 */
const FAULTS: readonly [
  name: string,
  bytes: Uint8Array,
  line: number,
  message: string,
  records: number,
][] = [
  ["no header", utf8("\nMKV\n"), 2, "expected a header that starts with '>', got 'M'", 0],
  ["a header without residues", utf8(`${good}>b\n\n>c\nMK\n`), 3, "got an empty record", 1],
  ["a last header without residues", utf8(`${good}>b`), 3, "got an empty record", 1],
  ["'>' inside a sequence", utf8(`${good}>b\nMK>c\nAA\n`), 4, "got '>' inside a sequence line", 1],
  [
    "NUL in a sequence",
    utf8(`${good}>b\nM\0K\n`),
    4,
    "expected text in a sequence, got byte 0x00",
    1,
  ],
  ["NUL in a header", utf8(`${good}>b\0\nMK\n`), 3, "expected text in a header, got byte 0x00", 1],
  ["a control character in a comment", utf8(`${good};\u001b\n`), 3, "got byte 0x1b", 0],
  ["non-ASCII in a sequence", utf8(`${good}>b\nMKé\n`), 4, "got byte 0xc3", 1],
  ["UTF-16", Buffer.from(`\ufeff${good}`, "utf16le"), 1, "got byte 0xff", 0],
  ["gzip bytes taken for text", gzipSync(good), 1, "got byte 0x1f", 0],
  ["gzip bytes after text", Buffer.concat([utf8(good), gzipSync(good)]), 3, "got byte 0x1f", 0],
  [
    "a header of more than 1 MiB",
    utf8(`${good}>${"b".repeat(1_048_577)}\nMK\n`),
    3,
    "expected a header of at most 1048576 bytes",
    1,
  ],
];

describe.each(READERS)("%s", (_name, reader) => {
  test.each(FAULTS)(
    "%s: a FastaError with file and line, after the records before it",
    async (_fault, bytes, line, message, count) => {
      for (const sizes of [[65_536], bytes.length > 1000 ? [4093] : [1, 2, 3]]) {
        const { records, error } = await outcomeOf(reader, bytes, { sizes });
        expect(records).toEqual([{ header: "a", sequence: "MKV", line: 1 }].slice(0, count));
        expect(error).toContain(`readFasta: a.fasta:${line}: `);
        expect(error).toContain(message);
      }
    },
  );

  test("a sequence longer than maxSequenceLength: a FastaError, one of that length: a record", async () => {
    const bytes = utf8(`${good}>b\nMKVLA\nMKVLA\n`);
    expect((await outcomeOf(reader, bytes, { maxSequenceLength: 10 })).records.length).toBe(2);
    const { records, error } = await outcomeOf(reader, bytes, { maxSequenceLength: 9, sizes: [3] });
    expect(records.length).toBe(1);
    expect(error).toBe(
      "readFasta: a.fasta:5: expected a sequence of at most 9 residues, got a longer one; split it or raise maxSequenceLength",
    );
  });

  test("an endless line is refused before it fills the memory", async () => {
    let megabytes = 0;
    async function* endless() {
      yield utf8(">b\n");
      for (const megabyte = new Uint8Array(1_000_000).fill(0x41); ; megabytes++) yield megabyte;
    }
    const reading = collect(reader(endless(), { source: "a.fasta", maxSequenceLength: 5_000_000 }));
    await expect(reading).rejects.toThrow("expected a sequence of at most 5000000 residues");
    expect(megabytes).toBeLessThan(10);
  });

  test("an error of the input keeps its cause and gets file and line", async () => {
    const cause = new Error("disk on fire");
    async function* failing() {
      yield* chunksOf(utf8(">a\nMKV\n>b\nMK"));
      throw cause;
    }
    const error = await collect(reader(failing(), { source: "a.fasta" })).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(FastaError);
    expect(error).toMatchObject({
      message: "readFasta: a.fasta:4: could not read: disk on fire",
      source: "a.fasta",
      line: 4,
      cause,
    });
  });
});
