/** Fixed sinusoidal positions (Vaswani et al. 2017, section 3.5), computed in float64 on the host. */
import { type Tensor2D, tensor2d } from "@tensorflow/tfjs-core";

const LONGEST_WAVELENGTH = 10_000;

/** The longest table made so far for each E. Row l does not depend on L, so a shorter one is a prefix. */
const tables = new Map<number, Float32Array>();

/** [L, E]: columns 0..E/2-1 hold sin(l f_c), the others cos(l f_c), f_c = 10000^(-2c/E). */
export function sinusoidalPositions(length: number, embeddingSize: number): Tensor2D {
  const size = length * embeddingSize;
  let table = tables.get(embeddingSize);
  if (table === undefined || table.length < size) {
    table = sinusoidalTable(length, embeddingSize);
    tables.set(embeddingSize, table);
  }
  return tensor2d(table.subarray(0, size), [length, embeddingSize]);
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
