import { createStream, randomKey, splitKey } from "@performer/random";
import { expect, test } from "vitest";
import { kMeans } from "../../src/reading.ts";

const KEY = randomKey(4);

/** `sizes` clouds of standard deviation 1, their centres 40 apart. */
function clouds(sizes: readonly number[]): number[][] {
  const stream = createStream(splitKey(KEY, "clouds"));
  return sizes.flatMap((size, cloud) =>
    Array.from({ length: size }, () => [40 * cloud + stream.normal(), stream.normal()]),
  );
}

test("clouds far apart are found whole, the largest first", () => {
  const found = kMeans(clouds([4, 9, 6]), { k: 3, key: KEY });
  expect(found).toEqual([...Array(4).fill(2), ...Array(9).fill(0), ...Array(6).fill(1)]);
});

test("the same key gives the same clusters; every vector is nearest to the mean of its own", () => {
  const stream = createStream(splitKey(KEY, "uniform"));
  const vectors = Array.from({ length: 60 }, () => [stream.uniform(), stream.uniform()]);
  const found = kMeans(vectors, { k: 5, key: KEY });
  expect(kMeans(vectors, { k: 5, key: KEY })).toEqual(found);
  const means = [0, 1, 2, 3, 4].map((cluster) => {
    const members = vectors.filter((_, i) => found[i] === cluster);
    return [0, 1].map(
      (axis) => members.reduce((sum, m) => sum + (m[axis] as number), 0) / members.length,
    );
  });
  vectors.forEach((vector, i) => {
    const distances = means.map((mean) =>
      Math.hypot(...mean.map((value, axis) => value - (vector[axis] as number))),
    );
    expect(distances.indexOf(Math.min(...distances))).toBe(found[i]);
  });
});

test("more clusters than vectors: refused", () => {
  expect(() => kMeans([[1], [2]], { k: 3, key: KEY })).toThrow("1 to 2 clusters");
});
