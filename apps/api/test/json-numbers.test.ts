import fc from "fast-check";
import { expect, it } from "vitest";
import { encodeMatrix, encodeNumbers } from "../src/json-numbers.ts";

it("every finite float32 survives the text exactly", () => {
  const finite = fc.float32Array({ noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(finite, (values) => {
      const read = Float32Array.from(JSON.parse(encodeNumbers(values)) as number[]);
      // JSON's -0 is written as 0
      expect(read).toEqual(values.map((value) => value + 0));
    }),
  );
});

it("a matrix is one list a row", () => {
  const rows: unknown = JSON.parse(encodeMatrix(Float32Array.of(1, 2, 3, 4, 5, 6), 3));
  expect(rows).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ]);
});

it.each([Number.NaN, Number.POSITIVE_INFINITY])("%s is refused: JSON has none", (value) => {
  expect(() => encodeNumbers(Float32Array.of(0, value))).toThrow("expected finite values");
});
