import { expect, test } from "vitest";
import { modelOf, pickable } from "../src/model/model-choice.ts";
import { modelSummary, shippedModel } from "./support/fixture-data.ts";

const shipped = shippedModel();
const newest = modelSummary();
const older = { ...newest, name: "uniref-small/step-00001000", step: 1000 };
const models = [shipped, newest, older];

test("to be picked: each model that ships, and the newest checkpoint of each run", () => {
  expect(pickable(models)).toEqual([shipped, newest]);
  expect(pickable([])).toEqual([]);
});

test("what was picked by id or name, else the first; nothing where there is none", () => {
  expect(modelOf(models, null)).toBe(shipped);
  expect(modelOf(models, "uniref-small")).toBe(newest);
  expect(modelOf(models, "uniref-small/step-00001000")).toBe(older);
  expect(modelOf(models, "a run that was deleted")).toBe(shipped);
  expect(modelOf([], "uniref-small")).toBeNull();
  expect(modelOf(null, null)).toBeNull();
});
