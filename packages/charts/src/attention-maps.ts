/** The maps of a model as matrices with their colours: what the grid on a page and the figure in a file share. */
import { type ColorScale, sequentialScaleFor } from "./color-scale.ts";
import { assertMatrix, type Matrix } from "./matrix.ts";

export interface AttentionGridData {
  /** L, residues. */
  readonly length: number;
  /** [layers][heads] maps, [L × L] row-major. */
  readonly maps: readonly (readonly ArrayLike<number>[])[];
}

/** "each": every head from zero to its own largest value. "shared": one scale for all. */
export type ColorDomain = "each" | "shared";

export interface ColoredMap {
  readonly matrix: Matrix;
  readonly scale: ColorScale;
}

/** @throws {RangeError} where there is no map, or a map is not L × L, or layers differ in heads. */
export function gridMatrices(
  data: AttentionGridData,
  domain: ColorDomain,
  caller: string,
): { readonly heads: number; readonly layers: readonly (readonly ColoredMap[])[] } {
  const heads = assertGrid(data, caller);
  const matrices = data.maps.map((layer) =>
    layer.map((values) => ({ rows: data.length, columns: data.length, values })),
  );
  const shared = domain === "shared" ? sharedScale(matrices.flat()) : undefined;
  const layers = matrices.map((layer) =>
    layer.map((matrix) => ({ matrix, scale: shared ?? sequentialScaleFor(matrix) })),
  );
  return { heads, layers };
}

function assertGrid({ maps, length }: AttentionGridData, caller: string): number {
  const heads = maps[0]?.length ?? 0;
  if (heads === 0) {
    throw new RangeError(`${caller}: expected at least one layer with one head, got none`);
  }
  maps.forEach((layer, index) => {
    if (layer.length !== heads) {
      throw new RangeError(
        `${caller}: expected ${heads} heads in every layer, got ${layer.length} in layer ${index + 1}`,
      );
    }
    for (const values of layer) {
      assertMatrix({ rows: length, columns: length, values }, caller);
    }
  });
  return heads;
}

function sharedScale(matrices: readonly Matrix[]): ColorScale {
  const largest = matrices.map((matrix) => sequentialScaleFor(matrix).domain[1]);
  const values = [0, Math.max(...largest)];
  return sequentialScaleFor({ rows: 1, columns: 2, values });
}
