import { expect, test } from "vitest";
import { createPacer } from "../src/pacer.ts";

test("a slice that is used up lets timers run; one that is not goes straight on", async () => {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  const hurried = createPacer(60_000);
  for (let i = 0; i < 1000; i++) await hurried();
  expect(ticks).toBe(0);
  const patient = createPacer(0);
  for (let i = 0; i < 20; i++) await patient();
  expect(ticks).toBeGreaterThan(0);
  clearInterval(timer);
});
