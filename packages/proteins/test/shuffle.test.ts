import { shuffle } from "@performer/proteins";
import { createStream, randomKey } from "@performer/random";
import fc from "fast-check";
import { expect, test } from "vitest";
import { collect } from "./fasta-cases.ts";

async function* count(length: number): AsyncGenerator<number> {
  for (let i = 0; i < length; i++) yield i;
}
const shuffled = (length: number, size: number, seed: number) =>
  collect(shuffle(count(length), size, createStream(randomKey(seed))));
const lengths = fc.integer({ min: 0, max: 200 });
const sizes = fc.integer({ min: 1, max: 50 });

test("the output is a permutation that the seed decides", async () => {
  await fc.assert(
    fc.asyncProperty(lengths, sizes, fc.nat(), async (length, size, seed) => {
      const order = await shuffled(length, size, seed);
      expect([...order].sort((a, b) => a - b)).toEqual(await collect(count(length)));
      expect(await shuffled(length, size, seed)).toEqual(order);
    }),
  );
});

test("no item comes more than a buffer's size early", async () => {
  await fc.assert(
    fc.asyncProperty(lengths, sizes, fc.nat(), async (length, size, seed) => {
      for (const [place, item] of (await shuffled(length, size, seed)).entries()) {
        expect(item - place).toBeLessThanOrEqual(size);
      }
    }),
  );
});

test("a buffer as large as the stream gives every order equally often (chi-square, 23 degrees)", async () => {
  const counts = new Map<string, number>();
  const runs = 24 * 200;
  for (let seed = 0; seed < runs; seed++) {
    const order = (await shuffled(4, 4, seed)).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(counts.size).toBe(24);
  const chiSquare = [...counts.values()].reduce((sum, n) => sum + (n - 200) ** 2 / 200, 0);
  expect(chiSquare).toBeLessThan(49.7); // p = 0.001
});

test("the input is read no further ahead than the buffer's size", async () => {
  let read = 0;
  async function* watched() {
    for (; read < 1000; read++) yield read;
  }
  const items = shuffle(watched(), 10, createStream(randomKey(0)));
  await items.next();
  expect(read).toBe(10);
  await items.return(undefined);
});
