import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { countParameters } from "@performer/performer";
import { parseWith, RunConfig } from "@performer/schema";
import { describe, expect, test } from "vitest";

const FOLDER = join(import.meta.dirname, "../../../configs");

const load = (file: string) =>
  parseWith(RunConfig, JSON.parse(readFileSync(join(FOLDER, file), "utf8")), file);

describe.each(readdirSync(FOLDER))("configs/%s", (file) => {
  test("is valid, named as its file, and says what it is for", () => {
    const { name, description = "" } = load(file);
    expect(`${name}.json`).toBe(file);
    expect(description).not.toBe("");
  });

  test("trains on rows that its model takes, and warms up in less than a tenth of its steps", () => {
    const { model, training } = load(file);
    expect(training.data.sequenceLength).toBeLessThanOrEqual(model.maxLength);
    expect(training.optimizer.warmupSteps).toBeLessThanOrEqual(training.steps / 10);
  });
});

test.each([
  ["5m", 4.7],
  ["35m", 35],
])("%s has the %d million parameters that its description says", (name, millions) => {
  const { model, description } = load(`${name}.json`);
  expect(Number((countParameters(model) / 1e6).toPrecision(2))).toBe(millions);
  expect(description).toContain(`${millions} million parameters`);
});
