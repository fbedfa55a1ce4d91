import "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compileForward, openProgram, type Program, type Seed } from "../../src/compiled.ts";
import { floats } from "./host.ts";
import { hasTensorFlow, libraries } from "./libraries.ts";

describe.skipIf(!hasTensorFlow)("random numbers in a graph", () => {
  let program: Program;
  beforeAll(async () => {
    await tf.setBackend("cpu");
    program = openProgram({ libraries });
  });
  afterAll(() => program.close());

  const drawWith = (size: number) =>
    compileForward(program, "draw", (_inputs, { uniform }) => ({
      first: uniform([size]),
      second: uniform([size]),
    }));

  test("equal seeds give equal numbers, different seeds and calls different ones", async () => {
    const draw = drawWith(64);
    const at = async (seed: Seed) => {
      const { first, second } = await draw({}, seed);
      return { first: [...(first?.values ?? [])], second: [...(second?.values ?? [])] };
    };
    const once = await at([1, 2]);
    expect(await at([1, 2])).toEqual(once);
    expect((await at([1, 3])).first).not.toEqual(once.first);
    expect((await at([2, 2])).first).not.toEqual(once.first);
    expect(once.second).not.toEqual(once.first);
  });

  test("uniform: mean 1/2 and variance 1/12 within 5 standard errors, all in [0, 1)", async () => {
    const { first } = await drawWith(100_000)({}, [5, 6]);
    const values = Array.from(first?.values ?? [], Number);
    const n = values.length;
    const mean = values.reduce((sum, value) => sum + value, 0) / n;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n;
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / n));
    // the fourth central moment of the uniform is 1/80
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(5 * Math.sqrt((1 / 80 - 1 / 144) / n));
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
  });

  test("multinomial draws each class at its probability, anew at each seed", async () => {
    const probabilities = [0.1, 0.6, 0.3];
    const n = 20_000;
    const sample = compileForward(program, "sample", ({ p }) => ({
      y: tf.multinomial(p as tf.Tensor2D, n, 0, true),
    }));
    const { y } = await sample({ p: floats(probabilities, [1, 3]) }, [3, 4]);
    const counts = [0, 0, 0];
    for (const value of y?.values ?? []) counts[Number(value)] = (counts[Number(value)] ?? 0) + 1;
    probabilities.forEach((p, index) => {
      expect(Math.abs((counts[index] ?? 0) - n * p)).toBeLessThan(5 * Math.sqrt(n * p * (1 - p)));
    });
    const { y: other } = await sample({ p: floats(probabilities, [1, 3]) }, [3, 5]);
    expect(other?.values).not.toEqual(y?.values);
  });
});
