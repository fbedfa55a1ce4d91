/** What experiments/speed-and-memory.ts makes of its figures, and that its bounds hold on real processes. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { crossing, growthOf, lineOf, wellMeasured } from "../experiments/speed-and-memory/lines.ts";
import { lengthsOf, measureSpeed } from "../experiments/speed-and-memory/measure.ts";
import type { MechanismName } from "../experiments/speed-and-memory/mechanisms.ts";
import type { SpeedResult } from "../experiments/speed-and-memory/result.ts";
import speed from "../experiments/speed-and-memory.ts";

const LENGTHS = [1024, 2048, 4096, 8192];

/** Times by a law of the length, the same in every round. */
function resultOf(laws: Partial<Record<MechanismName, (length: number) => number>>): SpeedResult {
  const points = Object.entries(laws).flatMap(([mechanism, law]) =>
    LENGTHS.map((length) => {
      const figures = { milliseconds: [law(length), law(length)], peakBytes: [1, 2], ended: null };
      return { mechanism: mechanism as MechanismName, length, forward: figures, step: figures };
    }),
  );
  return { startBytes: 0, memoryGib: 8, points };
}

describe("lines", () => {
  test("the exponent of a power law is recovered, from the upper lengths alone", () => {
    const result = resultOf({ exact: (L) => (L < 2000 ? 1e6 : 3e-6 * L ** 2) });
    const growth = growthOf(lineOf(result, "exact", "step"));
    expect(growth?.slope).toBeCloseTo(2, 10);
    expect(growth?.slopeError).toBeCloseTo(0, 8);
  });

  test("lengths that fewer processes measured than others do not count for the exponent", () => {
    const result = resultOf({ exact: (L) => 3e-6 * L ** 2 });
    const [last] = result.points.splice(-1) as [SpeedResult["points"][number]];
    const far = { milliseconds: [1e6], peakBytes: [1], ended: null };
    result.points.push({ ...last, forward: far, step: far });
    const line = lineOf(result, "exact", "step");
    expect(wellMeasured(line).map(({ length }) => length)).toEqual([1024, 2048, 4096]);
    expect(growthOf(line)).toBeNull();
  });

  test("power laws cross where their formulas do", () => {
    const result = resultOf({ exact: (L) => L ** 2 / 3000, "performer-relu": (L) => L });
    const exact = lineOf(result, "exact", "step");
    const performer = lineOf(result, "performer-relu", "step");
    expect(crossing(performer, exact)).toBeCloseTo(3000, 8);
    expect(crossing(exact, performer)).toBeNull();
  });

  test("the fastest process counts, as the one that was disturbed least", () => {
    const result = resultOf({ exact: (L) => L });
    for (const point of result.points) {
      point.step = { ...point.step, milliseconds: [3 * point.length, point.length] };
    }
    const [first] = lineOf(result, "exact", "step").points;
    expect(first?.milliseconds).toEqual({ best: 1024, worst: 3072 });
  });

  test("a line ends before the length at which a bound was met", () => {
    const result = resultOf({ exact: (L) => L });
    const last = result.points.at(-1) as SpeedResult["points"][number];
    last.step = { milliseconds: [], peakBytes: [], ended: "memory" };
    const line = lineOf(result, "exact", "step");
    expect(line.points.map(({ length }) => length)).toEqual([1024, 2048, 4096]);
    expect(line.ended).toEqual({ by: "memory", length: 8192 });
    expect(lineOf(result, "exact", "forward").points).toHaveLength(4);
    // one process came through, another did not
    last.step = { milliseconds: [5], peakBytes: [1], ended: "time" };
    expect(lineOf(result, "exact", "step")).toMatchObject({ ended: null });
    expect(lineOf(result, "exact", "step").points).toHaveLength(4);
  });

  test("claims that the figures do not bear out are said not to hold", () => {
    const linear = { identity: (L: number) => L, exact: (L: number) => L ** 2 };
    const verdicts = (performer: (length: number) => number) =>
      Object.fromEntries(
        speed
          .claims(resultOf({ ...linear, "performer-relu": performer }))
          .map(({ claim, holds }) => [claim.replace(/ \(.*/, ""), holds]),
      );
    expect(verdicts((L) => 1.5 * L)).toMatchObject({
      "time of exact attention grows faster than the length": true,
      "Performer, ReLU: time nearly linear in the length": true,
      "Performer, ReLU: nearly the time of attention that returns V": true,
      "Performer, ReLU: faster than exact attention for long sequences": true,
    });
    expect(verdicts((L) => 2 * L ** 2)).toMatchObject({
      "Performer, ReLU: time nearly linear in the length": false,
      "Performer, ReLU: nearly the time of attention that returns V": false,
      "Performer, ReLU: faster than exact attention for long sequences": false,
    });
  });
});

test("a process past its memory is ended, says so, and greater lengths are not tried", async () => {
  const parameters = speed.parameters.parse({
    ...speed.quick,
    mechanisms: ["exact"],
    lengths: [16, 32],
    // TensorFlow alone takes more
    memoryGib: 0.2,
  });
  const run = measureSpeed(parameters, { root: join(import.meta.dirname, ".."), previous: null });
  let step = await run.next();
  while (!step.done) step = await run.next();
  expect(step.value.points).toEqual([
    {
      mechanism: "exact",
      length: 16,
      forward: { milliseconds: [], peakBytes: [], ended: "memory" },
      step: { milliseconds: [], peakBytes: [], ended: "memory" },
    },
  ]);
});

test("far lengths are measured in the first round alone", () => {
  const amounts = { lengths: [16, 32, 64], onceFrom: 32 };
  expect(lengthsOf(0, amounts)).toEqual([16, 32, 64]);
  expect(lengthsOf(1, amounts)).toEqual([16]);
});

test("a process within its bounds leaves time and memory of both passes", async () => {
  const parameters = speed.parameters.parse({
    ...speed.quick,
    mechanisms: ["performer-relu"],
    lengths: [16],
  });
  const run = measureSpeed(parameters, { root: join(import.meta.dirname, ".."), previous: null });
  let step = await run.next();
  while (!step.done) step = await run.next();
  const [point] = step.value.points;
  expect(point?.forward.milliseconds).toHaveLength(1);
  expect(point?.step.milliseconds).toHaveLength(1);
  expect(point?.step.peakBytes[0]).toBeGreaterThanOrEqual(point?.forward.peakBytes[0] ?? Infinity);
  expect(point?.forward.peakBytes[0]).toBeGreaterThan(2 ** 20);
});
