/**
 * Token shift (Peng 2021; performer-pytorch's `shift_tokens`): part of the channels of each position comes
 * from its neighbour. It costs a copy and no parameter, and gives every layer the local order that a
 * smooth linear kernel learns slowly.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Direction } from "./feature-map.ts";
import { withGradient } from "./with-gradient.ts";

/** Channels `start` to `start + size` come from the position `from` further on. */
interface Part {
  readonly start: number;
  readonly size: number;
  readonly from: -1 | 0 | 1;
}

/** Bidirectional: a quarter of the channels from each side. Causal: half of them from the left. */
function partsOf(E: number, direction: Direction): readonly Part[] {
  const quarter = Math.floor(E / 4);
  const moved = 2 * quarter;
  const own: Part = { start: moved, size: E - moved, from: 0 };
  switch (direction) {
    case "bidirectional":
      return [
        { start: 0, size: quarter, from: -1 },
        { start: quarter, size: quarter, from: 1 },
        own,
      ];
    case "causal":
      return [{ start: 0, size: moved, from: -1 }, own];
    default:
      return direction satisfies never;
  }
}

export interface TokenShiftOptions {
  readonly direction: Direction;
  /** [B, L], 1 = takes part, 0 = padding: it reads as zero, as what lies beyond the ends does. */
  readonly mask: tf.Tensor2D | undefined;
}

/** x [B, L, E] → [B, L, E] (docs/math.md, eq. P2). */
export function shiftTokens(x: tf.Tensor3D, { direction, mask }: TokenShiftOptions): tf.Tensor3D {
  const parts = partsOf(x.shape[2], direction);
  const column = mask && tf.reshape<tf.Rank.R3>(mask, [mask.shape[0], mask.shape[1], 1]);
  return withGradient(
    [x],
    () => {
      const value = tf.concat(
        parts.map((part) => moved(masked(channels(x, part), part, column), part.from)),
        2,
      );
      return { value, saved: (column ? [column] : []) as tf.Tensor3D[] };
    },
    (dy, [kept]) => [
      tf.concat(
        parts.map((part) => masked(moved(channels(dy, part), opposite(part.from)), part, kept)),
        2,
      ),
    ],
  );
}

/** Channels that a causal model hands on to the next position, [B, 1, E/2] of x [B, 1, E]. */
export function handedOn(x: tf.Tensor3D): tf.Tensor3D {
  return channels(x, partsOf(x.shape[2], "causal")[0] as Part);
}

/** `shiftTokens` of one position of a causal model: x [B, 1, E] after a position that handed on `previous`. */
export function shiftStep(x: tf.Tensor3D, previous: tf.Tensor3D): tf.Tensor3D {
  const own = partsOf(x.shape[2], "causal")[1] as Part;
  return tf.concat([previous, channels(x, own)], 2);
}

function channels(x: tf.Tensor3D, { start, size }: Part): tf.Tensor3D {
  const [B, L] = x.shape;
  return tf.slice(x, [0, 0, start], [B, L, size]);
}

function masked(x: tf.Tensor3D, { from }: Part, mask: tf.Tensor3D | undefined): tf.Tensor3D {
  return mask === undefined || from === 0 ? x : tf.mul(x, mask);
}

/** What stands `from` positions further on, zero beyond the ends. */
function moved(x: tf.Tensor3D, from: Part["from"]): tf.Tensor3D {
  if (from === 0) return x;
  const [B, L, size] = x.shape;
  const kept = tf.slice(x, [0, from === 1 ? 1 : 0, 0], [B, L - 1, size]);
  const edge = tf.zeros<tf.Rank.R3>([B, 1, size]);
  return tf.concat(from === 1 ? [kept, edge] : [edge, kept], 1);
}

const opposite = (from: Part["from"]) => -from as Part["from"];
