/**
 * Float32 arrays as JSON text. `JSON.stringify` writes the 17 digits of the float64 that a float32
 * becomes; 9 significant digits name every float32 exactly and halve the answer.
 */

/** Significant digits after which a decimal names one float32 only (IEEE 754-2019, 5.12.2). */
const FLOAT32_DIGITS = 9;

/**
 * "[0.100000001,-2.00000000]" of a slice.
 * @throws {RangeError} where a value is not finite: JSON has no NaN, and a model should have none.
 */
export function encodeNumbers(
  values: Float32Array,
  start = 0,
  end = values.length,
  digits = FLOAT32_DIGITS,
): string {
  const parts = new Array<string>(end - start);
  for (let i = start; i < end; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) {
      throw new RangeError(`encodeNumbers: expected finite values, got ${value} at ${i}`);
    }
    // the text as it is: parsing it to drop trailing zeros would cost more than writing it
    parts[i - start] = value.toPrecision(digits);
  }
  return `[${parts.join(",")}]`;
}

/** "[…]" of each row of a row-major [rows, columns] matrix, with a comma before all but the first. */
export function* encodeRows(values: Float32Array, columns: number): Generator<string> {
  for (let start = 0; start < values.length; start += columns) {
    const row = encodeNumbers(values, start, start + columns);
    yield start === 0 ? row : `,${row}`;
  }
}

/** Rows of a row-major [rows, columns] matrix: "[[…],[…]]". */
export function encodeMatrix(values: Float32Array, columns: number): string {
  return `[${[...encodeRows(values, columns)].join("")}]`;
}
