import { expectClose } from "@performer/testing";
import { expect, test } from "vitest";
import { minimize } from "../src/probe/minimize.ts";

/** Rosenbrock's valley in four dimensions; its minimum is 0 at (1, 1, 1, 1). */
async function valley(point: Float64Array) {
  const gradient = new Float64Array(point.length);
  let value = 0;
  for (let i = 0; i + 1 < point.length; i++) {
    const [x, y] = [point[i] as number, point[i + 1] as number];
    value += 100 * (y - x * x) ** 2 + (1 - x) ** 2;
    gradient[i]! += -400 * x * (y - x * x) - 2 * (1 - x);
    gradient[i + 1]! += 200 * (y - x * x);
  }
  return { value, gradient };
}

test("Rosenbrock's valley: the known minimum to the asked gradient", async () => {
  const start = Float64Array.from([-1.2, 1, -1.2, 1]);
  const { point, stopped, gradient } = await minimize(valley, start, { tolerance: 1e-9 });
  expect(stopped).toBe("tolerance");
  expect(Math.max(...gradient.map(Math.abs))).toBeLessThanOrEqual(1e-9);
  expectClose(point, [1, 1, 1, 1], { rtol: 0, atol: 1e-8 });
});

test("a quadratic of n dimensions is solved to the closed form", async () => {
  const curvatures = [1, 10, 100, 1000];
  const { point } = await minimize(
    async (x) => ({
      value: x.reduce((sum, v, i) => sum + (curvatures[i]! * v * v) / 2 - v, 0),
      gradient: x.map((v, i) => curvatures[i]! * v - 1),
    }),
    new Float64Array(4),
    { tolerance: 1e-10 },
  );
  expectClose(point, [1, 0.1, 0.01, 0.001], { rtol: 1e-9, atol: 0 });
});

test("at the minimum it takes no step, and it stops where asked", async () => {
  const atMinimum = await minimize(valley, Float64Array.from([1, 1]));
  expect(atMinimum).toMatchObject({ iterations: 0, stopped: "tolerance" });
  const start = Float64Array.from([-1.2, 1]);
  expect(await minimize(valley, start, { maxIterations: 3 })).toMatchObject({
    iterations: 3,
    stopped: "iterations",
  });
  expect([...start]).toEqual([-1.2, 1]);
});

test("a function that is not finite at the start is refused", async () => {
  const nowhere = async (x: Float64Array) => ({ value: Number.NaN, gradient: x });
  await expect(minimize(nowhere, new Float64Array(1))).rejects.toThrow("finite value at the start");
});
