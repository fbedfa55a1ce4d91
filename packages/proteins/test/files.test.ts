import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { FastaError, type FastaRecord } from "@performer/proteins";
import { createFileSource, readFastaFiles } from "@performer/proteins/node";
import { readFastaFile } from "@performer/proteins/web";
import { afterAll, describe, expect, test } from "vitest";
import { chunksOf, collect, READERS } from "./fasta-cases.ts";

const folder = mkdtempSync(join(tmpdir(), "performer-fasta-"));
afterAll(() => rmSync(folder, { recursive: true }));

const fixture = (name: string) => readFileSync(join(import.meta.dirname, "fixtures", name));
const text = fixture("anchors-6.fasta");
const half = text.indexOf(">sp|P0CG47");
const members = [gzipSync(text.subarray(0, half)), gzipSync(text.subarray(half))];

/** The same six records in every form that is read. fixtures/README.md says how zstd made two. */
const FORMS: Record<string, Uint8Array> = {
  "plain.fasta": text,
  "gzip.fasta.gz": gzipSync(text),
  "gzip-under-another-name.fasta": gzipSync(text),
  "gzip-of-two-members.fasta.gz": Buffer.concat(members),
  "gzip-padded-with-zeros.fasta.gz": Buffer.concat([...members, Buffer.alloc(512)]),
  "zstd.fasta.zst": fixture("anchors-6.fasta.zst"),
  "zstd-of-two-frames.fasta.zst": fixture("anchors-6-two-frames.fasta.zst"),
};

const pathOf = (name: string, bytes: Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};
const withoutSource = ({ header, sequence, line }: FastaRecord) => ({ header, sequence, line });
const failureOf = (reading: AsyncIterable<FastaRecord>): Promise<unknown> =>
  collect(reading).then(
    () => "no error",
    (error: unknown) => error,
  );

const expected = (await collect(readFastaFiles([pathOf("expected.fasta", text)]))).map(
  withoutSource,
);

describe.each(Object.entries(FORMS))("%s", (name, bytes) => {
  test.each(READERS)("read from disk by %s: the same records", async (_name, reader) => {
    const records = await collect(readFastaFiles([pathOf(name, bytes)], { reader }));
    expect(records.map(withoutSource)).toEqual(expected);
  });

  test("read from standard input, in chunks of any size: the same records", async () => {
    for (const sizes of [[1], [3, 1000], [65_536]]) {
      const standardInput = chunksOf(bytes, sizes);
      const records = await collect(readFastaFiles(["-"], { standardInput }));
      expect(records.map(withoutSource)).toEqual(expected);
      expect(records[0]!.source).toBe("standard input");
    }
  });

  test("read from a File and from a Response as in the browser: the same records", async () => {
    const content = Uint8Array.from(bytes);
    const records = await collect(readFastaFile(new File([content], name)));
    expect(records.map(withoutSource)).toEqual(expected);
    expect(records[0]!.source).toBe(name);
    const answered = await collect(readFastaFile(new Response(content)));
    expect(answered.map(withoutSource)).toEqual(expected);
  });
});

describe("compressed data", () => {
  test("zstd of many blocks, which repeat what left its window: every record, whatever the chunks", async () => {
    for (const sizes of [[1], [100, 7], [65_536]]) {
      const standardInput = chunksOf(fixture("anchors-6-times-100.fasta.zst"), sizes);
      const records = await collect(readFastaFiles(["-"], { standardInput }));
      expect(records.length).toBe(600);
      for (const [i, { header, sequence }] of records.entries()) {
        const { header: wanted, sequence: residues } = expected[i % 6]!;
        expect(header).toBe(wanted);
        expect(Buffer.compare(sequence, residues)).toBe(0);
      }
    }
  });

  test.each(["gzip-of-two-members.fasta.gz", "zstd-of-two-frames.fasta.zst"])(
    "%s cut short anywhere but between its parts: an error that says so, never fewer records in silence",
    async (name) => {
      const bytes = FORMS[name]!;
      const whole = [0]; // cuts that leave whole members or frames
      for (let cut = 4; cut < bytes.length; cut += 7) {
        const error = await failureOf(
          readFastaFiles(["-"], { standardInput: chunksOf(bytes.subarray(0, cut)) }),
        );
        if (error === "no error") whole.push(cut);
        else expect((error as FastaError).message).toMatch(/data are damaged or cut short/);
      }
      expect(whole.length).toBeLessThanOrEqual(2);
    },
  );

  test("in the browser, gzip cut short or with a flipped bit: an error with the remedy", async () => {
    const flipped = Uint8Array.from(FORMS["gzip.fasta.gz"]!);
    flipped[100]! ^= 0x10;
    for (const bytes of [flipped.slice(0, 300), flipped]) {
      expect(await failureOf(readFastaFile(new File([bytes], "a.fasta.gz")))).toMatchObject({
        name: "FastaError",
        source: "a.fasta.gz",
        message: expect.stringContaining("gzip data cannot be read to their end"),
      });
    }
  });

  test("text after the last gzip member is an error", async () => {
    const standardInput = chunksOf(Buffer.concat([...members, Buffer.from("more")]));
    expect(await failureOf(readFastaFiles(["-"], { standardInput }))).toBeInstanceOf(FastaError);
  });
});

describe("files", () => {
  test("many files are read in the given order, each with its own name and lines", async () => {
    const paths = [pathOf("b.fasta", text), pathOf("a.fasta.gz", members[0]!)];
    const records = await collect(readFastaFiles(paths));
    const inFirst = expected.filter(
      (_, i) => i < gunzipSync(members[0]!).toString().split(">").length - 1,
    );
    expect(records.map(withoutSource)).toEqual([...expected, ...inFirst]);
    expect(records.at(-1)!.source).toBe(paths[1]);
  });

  test("a missing file: a FastaError with the name as given, the place looked at, and what to check", async () => {
    const missing = "no-such-folder/missing.fasta";
    expect(await failureOf(readFastaFiles([missing]))).toMatchObject({
      name: "FastaError",
      source: missing,
      message: `readFasta: ${missing}:1: could not read: expected a file at ${resolve(missing)}, got none (ENOENT); check the path and the folder it starts from`,
    });
  });

  test("a folder: a FastaError that asks for its files", async () => {
    expect(await failureOf(readFastaFiles([folder]))).toMatchObject({
      name: "FastaError",
      message: expect.stringContaining("got a folder (EISDIR); give the files that are in it"),
    });
  });

  test("a missing file after a good one: the records of the good one come first", async () => {
    const reading = readFastaFiles([pathOf("good.fasta", text), join(folder, "missing.fasta")]);
    const ids: string[] = [];
    await expect(
      (async () => {
        for await (const { header } of reading) ids.push(header);
      })(),
    ).rejects.toThrow("ENOENT");
    expect(ids).toEqual(expected.map(({ header }) => header));
  });

  test("standard input given twice is refused before anything is read", async () => {
    const reading = readFastaFiles(["-", "-"], { standardInput: chunksOf(text) });
    expect(await failureOf(reading)).toMatchObject({
      name: "RangeError",
      message: expect.stringContaining("(standard input) once"),
    });
  });

  test("a file source starts from the first record each time", async () => {
    const source = createFileSource([pathOf("again.fasta", text)]);
    expect(await collect(source())).toEqual(await collect(source()));
  });

  test("a file source refuses standard input and an empty list, with the reason", () => {
    expect(() => createFileSource(["-"])).toThrow("read again in each epoch");
    expect(() => createFileSource([])).toThrow("expected at least one path");
  });

  test("a response that is no success is refused with its status", async () => {
    const response = new Response("gone", { status: 404 });
    expect(await failureOf(readFastaFile(response))).toMatchObject({
      message: expect.stringContaining("status 404"),
    });
  });
});
