import { expect, test } from "vitest";
import { createPace } from "../src/pace.ts";

test("speed is that of the step alone, the time left follows the session, waiting is its share of both", () => {
  let nowMs = 1000;
  const pace = createPace(10, 20, () => nowMs);
  nowMs += 800; // two steps, reading and saving included
  expect(pace.measure(12, 500, 250, 50)).toEqual({
    tokensPerSecond: 2000,
    secondsLeft: 8 * 0.4,
    waitShare: 50 / 300,
  });
});
