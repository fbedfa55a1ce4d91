import { readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { bundleProgram, runProgram } from "./run-program.ts";

const program = await bundleProgram("read-files");
afterAll(() => rmSync(dirname(program), { recursive: true }));

const fixture = (name: string) => readFileSync(join(import.meta.dirname, "fixtures", name));
const text = fixture("anchors-6.fasta");
/** Line and id of each record, by a plain search for `>`. */
const expected = text
  .toString()
  .split("\n")
  .flatMap((line, i) => (line.startsWith(">") ? `${i + 1} ${line.slice(1).split(" ")[0]}\n` : []))
  .join("");

test.each([
  ["plain", text],
  ["gzip", gzipSync(text)],
  ["zstd", fixture("anchors-6.fasta.zst")],
])("a program's standard input, %s: the records of the file", async (_form, input) => {
  expect(await runProgram(program, ["-"], input)).toEqual({
    code: 0,
    output: expected,
    errors: "",
  });
});

test("a file, then standard input, then the file again: in that order", async () => {
  const path = join(import.meta.dirname, "fixtures/anchors-6.fasta");
  const { code, output } = await runProgram(program, [path, "-", path], Buffer.from(">a\nMKV\n"));
  expect([code, output]).toEqual([0, `${expected}1 a\n${expected}`]);
});

test("an empty standard input has no records", async () => {
  expect(await runProgram(program, ["-"])).toEqual({ code: 0, output: "", errors: "" });
});

test("a fault ends the program with its line, while more input waits", async () => {
  const input = Buffer.concat([Buffer.from(">a\nMKV\n>b\nM\0K\n"), Buffer.alloc(5_000_000, 0x41)]);
  const { code, output, errors } = await runProgram(program, ["-"], input);
  expect([code, output]).toEqual([1, "1 a\n"]);
  expect(errors).toContain("standard input:4: expected text in a sequence, got byte 0x00");
});
