/** Fixed sinusoidal positions (Vaswani et al. 2017, section 3.5), computed in float64 on the host. */
import { type Tensor2D, tensor2d } from "@tensorflow/tfjs-core";

const LONGEST_WAVELENGTH = 10_000;

export interface PositionRange {
  /** First position. */
  readonly start: number;
  readonly length: number;
}

/** The longest table made so far for each E. A row depends on its position alone. */
const tables = new Map<number, Float32Array>();

/** [length, E]: of position l columns 0..E/2-1 hold sin(l f_c), the others cos(l f_c), f_c = 10000^(-2c/E). */
export function sinusoidalPositions(
  { start, length }: PositionRange,
  embeddingSize: number,
): Tensor2D {
  const end = start + length;
  let table = tables.get(embeddingSize);
  if (table === undefined || table.length < end * embeddingSize) {
    // decoding asks for one position more each time: twice the rows, so that few tables are made
    const rows = start === 0 ? end : 2 * end;
    table = sinusoidalTable(rows, embeddingSize);
    tables.set(embeddingSize, table);
  }
  const rows = table.subarray(start * embeddingSize, end * embeddingSize);
  return tensor2d(rows, [length, embeddingSize]);
}

function sinusoidalTable(length: number, embeddingSize: number): Float32Array {
  const half = embeddingSize / 2;
  const table = new Float32Array(length * embeddingSize);
  for (let column = 0; column < half; column++) {
    const frequency = LONGEST_WAVELENGTH ** (-column / half);
    for (let row = 0; row < length; row++) {
      table[row * embeddingSize + column] = Math.sin(row * frequency);
      table[row * embeddingSize + half + column] = Math.cos(row * frequency);
    }
  }
  return table;
}
