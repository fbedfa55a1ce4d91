/**
 * A part of a model's attention maps at a size that can be sent and drawn: chosen layers and heads, a
 * block of rows and columns, and cells that are means of areas where the block is larger than wanted.
 * Maps are read in blocks of rows, so memory follows the answer and not the square of the length.
 */
import type { PerformerModel } from "@performer/performer";
import type { AttentionWeights, MapSide } from "@performer/schema";
import { createPacer } from "./pacer.ts";
import { type AttentionPart, attentionBlocks } from "./recover-attention.ts";

export interface AttentionWindowOptions extends AttentionPart {
  /** In any order; all without. */
  readonly heads?: readonly number[] | undefined;
  /** Cells a side at most; one cell a residue without. */
  readonly maxSize?: number | undefined;
}

export interface AttentionWindow {
  readonly layers: readonly number[];
  readonly heads: readonly number[];
  readonly weights: AttentionWeights;
  readonly rows: MapSide;
  readonly columns: MapSide;
  /** [layers][heads], each [rows.cells × columns.cells] row-major. */
  readonly maps: readonly (readonly Float32Array[])[];
}

/** What `attentionWindow` gives of a sequence of `length` residues, before it is computed. */
export function describeWindow(
  { numLayers, numHeads }: PerformerModel["config"],
  length: number,
  { layers, heads, rows, columns, maxSize, weights = "model" }: AttentionWindowOptions,
): Omit<AttentionWindow, "maps"> {
  const all = (count: number) => Array.from({ length: count }, (_, index) => index);
  return {
    layers: chosen("layer", layers ?? all(numLayers), numLayers),
    heads: chosen("head", heads ?? all(numHeads), numHeads),
    weights,
    rows: side("rows", rows ?? [0, length], length, maxSize),
    columns: side("columns", columns ?? [0, length], length, maxSize),
  };
}

/**
 * Special tokens are dropped and rows are not renormalised, as `recoverAttention` has it.
 * @param sequence residue ids, without specials.
 * @throws {RangeError} where the sequence does not fit the model, or a layer, head or range is not there.
 */
export async function attentionWindow(
  model: PerformerModel,
  sequence: Uint8Array,
  options: AttentionWindowOptions = {},
): Promise<AttentionWindow> {
  const described = describeWindow(model.config, sequence.length, options);
  const { layers, heads, rows, columns, weights: kind } = described;
  const sums = layers.map(() => heads.map(() => new Float64Array(rows.cells * columns.cells)));
  const [rowCells, columnCells] = [cellsOf(rows), cellsOf(columns)];
  const width = columnCells.length;
  const breathe = createPacer();
  const part: AttentionPart = {
    layers,
    weights: kind,
    rows: [rows.from, rows.to],
    columns: [columns.from, columns.to],
  };
  for (const { layer, firstRow, weights } of attentionBlocks(model, sequence, part)) {
    const values = await weights.data<"float32">();
    const count = weights.shape[1];
    sums[layers.indexOf(layer)]?.forEach((map, at) => {
      const head = values.subarray((heads[at] as number) * count * width);
      for (let row = 0; row < count; row++) {
        const offset = (rowCells[firstRow - rows.from + row] as number) * columns.cells;
        for (let column = 0; column < width; column++) {
          const cell = offset + (columnCells[column] as number);
          map[cell] = (map[cell] as number) + (head[row * width + column] as number);
        }
      }
    });
    await breathe();
  }
  const areas = areasOf(rowCells, rows.cells, columnCells, columns.cells);
  const maps = sums.map((ofHeads) =>
    ofHeads.map((map) => Float32Array.from(map, (sum, cell) => sum / (areas[cell] as number))),
  );
  return { ...described, maps };
}

function chosen(what: string, asked: readonly number[], count: number): readonly number[] {
  const wrong = asked.find((each) => !Number.isInteger(each) || each < 0 || each >= count);
  if (wrong !== undefined) {
    throw new RangeError(
      `attentionWindow: expected a ${what} from 0 to ${count - 1}, got ${wrong}; the model has ${count}`,
    );
  }
  if (new Set(asked).size !== asked.length) {
    throw new RangeError(`attentionWindow: expected each ${what} once, got one twice; drop it`);
  }
  return asked;
}

function side(
  what: string,
  [from, to]: readonly [number, number],
  length: number,
  maxSize = length,
): MapSide {
  if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from < to && to <= length)) {
    throw new RangeError(
      `attentionWindow: expected ${what} [from, to) within [0, ${length}), got [${from}, ${to}); from counts residues from 0, to is not included`,
    );
  }
  return { from, to, cells: Math.min(to - from, maxSize) };
}

/** The cell of each residue of a side. */
function cellsOf({ from, to, cells }: MapSide): Int32Array {
  const length = to - from;
  const cellOfResidue = new Int32Array(length);
  for (let cell = 0; cell < cells; cell++) {
    const end = Math.floor(((cell + 1) * length) / cells);
    cellOfResidue.fill(cell, Math.floor((cell * length) / cells), end);
  }
  return cellOfResidue;
}

/** How many weights each cell is the mean of. */
function areasOf(
  rowCells: Int32Array,
  rows: number,
  columnCells: Int32Array,
  columns: number,
): Float64Array {
  const [heights, widths] = [new Float64Array(rows), new Float64Array(columns)];
  for (const cell of rowCells) heights[cell] = (heights[cell] as number) + 1;
  for (const cell of columnCells) widths[cell] = (widths[cell] as number) + 1;
  return Float64Array.from(
    { length: rows * columns },
    (_, cell) =>
      (heights[Math.floor(cell / columns)] as number) * (widths[cell % columns] as number),
  );
}
