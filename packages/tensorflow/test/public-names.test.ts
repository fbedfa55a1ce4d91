import { expect, test } from "vitest";
import * as tensorflow from "../src/index.ts";

test("the public names are these, and a change of them is deliberate", () => {
  expect(Object.keys(tensorflow).sort()).toEqual([
    "DEVICES",
    "benchmarkMatmul",
    "currentHost",
    "deviceFromEnvironment",
    "devicePath",
    "doctor",
    "formatDoctor",
    "formatRuntime",
    "installRuntime",
    "loadRuntime",
    "parseDevice",
    "showOnly",
    "spawnRunner",
    "tensorflowLibraries",
  ]);
});
