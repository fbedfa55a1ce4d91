/**
 * The attention of one protein, opened once and read in views: any layer, any stretch of rows and
 * columns, in as many cells as can be drawn. Query and key of each layer are kept, linear in L, so
 * proteins of tens of thousands of residues can be seen whole and from near; no L × L map is ever held.
 * Linear attention gives the means of a coarse view in linear time (see `AttentionRows.pooled`);
 * mechanisms without that go through the view's rows a block at a time.
 */
import type { PerformerModel } from "@performer/performer";
import type { AttentionWeights } from "@performer/schema";
import * as tf from "@tensorflow/tfjs-core";
import type { AttentionRows } from "./attention-rows.ts";
import { type Bins, binMeans, cellEdge } from "./bins.ts";
import { layerRows } from "./layer-rows.ts";
import { observeLayers } from "./recover-attention.ts";

/** Residues from `from` to before `to`, counted from 0, in so many cells. */
export interface ViewSide {
  readonly from: number;
  readonly to: number;
  readonly cells: number;
}

export interface AttentionView {
  readonly layer: number;
  /** Residues that look. A cell of several is the mean of its weights. */
  readonly rows: ViewSide;
  /** Residues looked at. */
  readonly columns: ViewSide;
  /** "model" without. */
  readonly weights?: AttentionWeights | undefined;
}

export interface AttentionReader {
  /** L, residues. */
  readonly length: number;
  /** [H, rows.cells, columns.cells]; the caller's to dispose of. Specials dropped, not renormalised. */
  read(view: AttentionView): tf.Tensor3D;
  dispose(): void;
}

/** Values of a block of rows while a view is pooled: 16 MiB of float32. */
const BLOCK_VALUES = 2 ** 22;
/** bos stands before the first residue. */
const FIRST_RESIDUE = 1;

/**
 * @param sequence residue ids, without specials.
 * @throws {RangeError} where the sequence is empty or longer than the model takes.
 */
export function openAttention(model: PerformerModel, sequence: Uint8Array): AttentionReader {
  const { numHeads } = model.config;
  const length = sequence.length;
  const states = observeLayers(model, sequence);
  // features of the layer that was read last: who zooms stays in a layer
  let held: { readonly name: string; readonly map: AttentionRows } | undefined;
  const rowsOf = ({ layer, weights = "model" }: AttentionView): AttentionRows => {
    const name = `${layer} ${weights}`;
    if (held?.name === name) return held.map;
    held?.map.dispose();
    const map = layerRows(model, { layer, ...(states[layer] as (typeof states)[number]), weights });
    held = { name, map };
    return map;
  };
  return {
    length,
    read(view) {
      assertView(view, length, states.length);
      const map = rowsOf(view);
      const [rows, columns] = [binsOf(view.rows), binsOf(view.columns)];
      if (map.pooled) return map.pooled(rows, columns);
      return pooledByBlocks(map, { rows, columns, valuesARow: numHeads * length });
    },
    dispose() {
      held?.map.dispose();
      held = undefined;
      for (const { query, key } of states) tf.dispose([query, key]);
    },
  };
}

const binsOf = ({ from, to, cells }: ViewSide): Bins => ({
  start: from + FIRST_RESIDUE,
  count: to - from,
  cells,
});

/** [H, rows.cells, columns.cells] of whole rows of the map, a few of the view's rows at a time. */
function pooledByBlocks(
  map: AttentionRows,
  { rows, columns, valuesARow }: { rows: Bins; columns: Bins; valuesARow: number },
): tf.Tensor3D {
  const edge = (cell: number) => rows.start + cellEdge(rows, cell);
  const rowsAtOnce = Math.max(1, Math.floor(BLOCK_VALUES / valuesARow));
  /** Mean of rows start..end - 1, columns pooled, as a sum of blocks, [H, 1, columns.cells]. */
  const meanOf = (start: number, end: number): tf.Tensor3D => {
    const parts: tf.Tensor3D[] = [];
    for (let from = start; from < end; from += rowsAtOnce) {
      const count = Math.min(rowsAtOnce, end - from);
      parts.push(
        tf.tidy(() => {
          const summed = tf.sum(map.rows(from, count), 1, true); // [H, 1, all]
          const across = tf.expandDims<tf.Tensor4D>(tf.transpose(summed, [0, 2, 1]));
          const pooled = tf.squeeze<tf.Tensor3D>(binMeans(across, columns), [0]);
          return tf.transpose(pooled, [0, 2, 1]);
        }),
      );
    }
    return tf.div<tf.Tensor3D>(tf.addN(parts), end - start);
  };
  return tf.tidy(() => {
    const cells = Array.from({ length: rows.cells }, (_, cell) =>
      tf.tidy(() => meanOf(edge(cell), edge(cell + 1))),
    );
    return tf.concat(cells, 1);
  });
}

function assertView({ layer, rows, columns }: AttentionView, length: number, layers: number) {
  for (const [name, { from, to, cells }] of Object.entries({ rows, columns })) {
    if (![from, to].every(Number.isInteger) || from < 0 || from >= to || to > length) {
      throw new RangeError(
        `AttentionReader.read: expected ${name} [from, to) within [0, ${length}), got [${from}, ${to}); from counts residues from 0, to is not included`,
      );
    }
    if (!Number.isInteger(cells) || cells < 1 || cells > to - from) {
      throw new RangeError(
        `AttentionReader.read: expected ${name} of 1 to ${to - from} cells, got ${cells}; a cell is a residue or more`,
      );
    }
  }
  if (!Number.isInteger(layer) || layer < 0 || layer >= layers) {
    throw new RangeError(
      `AttentionReader.read: expected a layer from 0 to ${layers - 1}, got ${layer}`,
    );
  }
}
