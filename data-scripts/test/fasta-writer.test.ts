import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { createFastaWriter } from "../src/fasta-writer.ts";

const letters = (text: string) => Buffer.from(text, "latin1");
const path = () => join(mkdtempSync(join(tmpdir(), "fasta-writer-")), "out.fasta.gz");

test("records come out in order, 60 residues a line", async () => {
  const file = path();
  const writer = createFastaWriter(file);
  await writer.write("long one", letters("A".repeat(61)));
  await writer.write("short", letters("MK"));
  await writer.close();
  const text = gunzipSync(readFileSync(file)).toString("latin1");
  expect(text).toBe(`>long one\n${"A".repeat(60)}\nA\n>short\nMK\n`);
});

test("a record without residues, which FASTA cannot hold, is refused with the remedy", async () => {
  const writer = createFastaWriter(path());
  await expect(writer.write("P00974 x", letters(""))).rejects.toThrow(
    /after the header "P00974 x", got none; drop empty records first: .*--min-length 1/,
  );
});

test("a file that exists is not written over", async () => {
  const file = path();
  const first = createFastaWriter(file);
  await first.write("a", letters("MK"));
  await first.close();
  const before = readFileSync(file);
  const second = createFastaWriter(file);
  await second.write("b", letters("MKV"));
  await expect(second.close()).rejects.toThrow("EEXIST");
  expect(existsSync(file) && readFileSync(file).equals(before)).toBe(true);
});
