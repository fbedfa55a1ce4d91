import { expect, test } from "vitest";
import { parseArguments } from "../src/arguments.ts";

const REQUIRED = [
  "--config",
  "c.json",
  "--train",
  "a.fasta",
  "--validation",
  "v.fasta",
  "--id",
  "x",
];

test("what is required is enough: a new run under runs/ on TensorFlow", () => {
  expect(parseArguments(REQUIRED)).toMatchObject({
    config: "c.json",
    train: ["a.fasta"],
    validation: ["v.fasta"],
    id: "x",
    runs: "runs",
    resume: "never",
    backend: "tensorflow",
  });
});

test("files may be several; --resume wants the run to exist, --resume-if-exists does not", () => {
  const { train } = parseArguments([...REQUIRED, "--train", "b.fasta.gz"]);
  expect(train).toEqual(["a.fasta", "b.fasta.gz"]);
  expect(parseArguments([...REQUIRED, "--resume"]).resume).toBe("always");
  expect(parseArguments([...REQUIRED, "--resume-if-exists"]).resume).toBe("if-exists");
});

test("each option that is missing is named, with the usage", () => {
  for (let i = 0; i < REQUIRED.length; i += 2) {
    const lacking = REQUIRED.toSpliced(i, 2);
    expect(() => parseArguments(lacking)).toThrow(`expected ${REQUIRED[i]}, got none\nUsage:`);
  }
});

test("unknown options and backends are refused, with the usage", () => {
  expect(() => parseArguments([...REQUIRED, "--epochs", "3"])).toThrow(/--epochs[\s\S]*Usage:/);
  expect(() => parseArguments([...REQUIRED, "--backend", "cuda"])).toThrow("got cuda\nUsage:");
});
