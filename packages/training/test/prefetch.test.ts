import { expect, test } from "vitest";
import { withPrefetch } from "../src/prefetch.ts";

/** Yields 0, 1, 2 … and notes what is asked of it. */
function source(notes: string[], failAt = Number.POSITIVE_INFINITY) {
  return (async function* () {
    try {
      for (let index = 0; index < 4; index++) {
        notes.push(`made ${index}`);
        if (index === failAt) throw new Error(`broken at ${index}`);
        yield index;
      }
    } finally {
      notes.push("closed");
    }
  })();
}

test("the items and their order are those of the source", async () => {
  const items: number[] = [];
  for await (const item of withPrefetch(source([]))) items.push(item);
  expect(items).toEqual([0, 1, 2, 3]);
});

test("the next item is made while the present one is worked on, and no more than one ahead", async () => {
  const notes: string[] = [];
  for await (const item of withPrefetch(source(notes))) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    notes.push(`worked on ${item}`);
    if (item === 1) break;
  }
  expect(notes).toEqual([
    ...["made 0", "made 1", "worked on 0", "made 2", "worked on 1"],
    "closed",
  ]);
});

test("a failure of the source is thrown after the items before it were taken", async () => {
  const notes: string[] = [];
  const items: number[] = [];
  const taken = async () => {
    for await (const item of withPrefetch(source(notes, 2))) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      items.push(item);
    }
  };
  await expect(taken()).rejects.toThrow("broken at 2");
  expect(items).toEqual([0, 1]);
  expect(notes.at(-1)).toBe("closed");
});
