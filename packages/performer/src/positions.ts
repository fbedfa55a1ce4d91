/** Fixed sinusoidal positions (Vaswani et al. 2017, section 3.5), computed in float64 on the host. */
import { type Tensor2D, tensor2d } from "@tensorflow/tfjs-core";

const LONGEST_WAVELENGTH = 10_000;

export interface PositionRange {
  /** First position. */
  readonly start: number;
  readonly length: number;
}

/** f_c = 10000^(-2c/E), radians a position, of the first E/2 columns; the others have the same. */
function usualFrequencies(embeddingSize: number): number[] {
  const half = embeddingSize / 2;
  return Array.from({ length: half }, (_, column) => LONGEST_WAVELENGTH ** (-column / half));
}

/** The longest table made so far for each E and its frequencies. A row depends on its position alone. */
const tables = new Map<string, Float32Array>();

/**
 * [length, E]: of position l columns 0..E/2-1 hold sin(l f_c), the others cos(l f_c).
 * @param frequencies f_c, [E/2]; those of `usualFrequencies` without.
 */
export function sinusoidalPositions(
  { start, length }: PositionRange,
  embeddingSize: number,
  frequencies?: readonly number[],
): Tensor2D {
  const end = start + length;
  const key = `${embeddingSize} ${frequencies ?? ""}`;
  let table = tables.get(key);
  if (table === undefined || table.length < end * embeddingSize) {
    // decoding asks for one position more each time: twice the rows, so that few tables are made
    const rows = start === 0 ? end : 2 * end;
    table = sinusoidalTable(rows, frequencies ?? usualFrequencies(embeddingSize));
    tables.set(key, table);
  }
  const rows = table.subarray(start * embeddingSize, end * embeddingSize);
  return tensor2d(rows, [length, embeddingSize]);
}

function sinusoidalTable(length: number, frequencies: readonly number[]): Float32Array {
  const half = frequencies.length;
  const width = 2 * half;
  const table = new Float32Array(length * width);
  for (const [column, frequency] of frequencies.entries()) {
    for (let row = 0; row < length; row++) {
      table[row * width + column] = Math.sin(row * frequency);
      table[row * width + half + column] = Math.cos(row * frequency);
    }
  }
  return table;
}
