/** The form of a new job → what is asked of the server. */
import { expect, test } from "vitest";
import { readJobForm } from "../src/model/job-question.ts";

function form(fields: Readonly<Record<string, string | File>>): FormData {
  const data = new FormData();
  const all = { fasta: "", file: new File([], ""), model: "5m", include: "mean", layer: "" };
  for (const [name, value] of Object.entries({ ...all, ...fields })) data.set(name, value);
  return data;
}

test("a text and its choices; the last layer is left to the server", () => {
  const question = { source: ">a\nMKT\n", model: "5m", include: "mean" };
  expect(readJobForm(form({ fasta: ">a\nMKT\n" }))).toEqual(question);
  expect(readJobForm(form({ fasta: ">a\nMKT\n", layer: "0" }))).toEqual({
    ...question,
    layer: "0",
  });
});

test("a file goes as it is, compressed or not, even an empty one: the server says what is wrong with it", () => {
  for (const file of [new File(["\x1f\x8b"], "a.fasta.gz"), new File([], "empty.fasta")]) {
    expect(readJobForm(form({ file }))).toMatchObject({ source: file });
  }
});

test("nothing to embed, or two things, is a fault with its remedy", () => {
  expect(readJobForm(form({ fasta: " \n" }))).toEqual({ fault: expect.stringContaining("Paste") });
  const both = form({ fasta: ">a\nM\n", file: new File([">b\nM\n"], "b.fasta") });
  expect(readJobForm(both)).toEqual({ fault: expect.stringContaining("empty one") });
});
