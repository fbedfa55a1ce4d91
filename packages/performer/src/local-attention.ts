/**
 * Softmax attention to the nearest positions: i sees j where |i - j| <= window, and in causal order
 * j <= i (docs/math.md, eq. C3). Chunks of `window` positions look at themselves and their
 * neighbours, so time and memory are linear in L; about a third of the scores computed are masked.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Direction } from "./feature-map.ts";
import { headsFirst } from "./heads-first.ts";
import { joinChunks, type Neighbours, splitChunks, withNeighbours } from "./neighbour-chunks.ts";
import { partialAttention, splitPart, UNSEEN } from "./partial-attention.ts";

export interface LocalOptions {
  readonly window: number;
  readonly direction: Direction;
  /** [B, L] or null */
  readonly mask: tf.Tensor2D | null;
}

/** query, key, value [B, L, H, D] → [B, L, H, D]; zero at masked positions. */
export function localAttention(
  query: tf.Tensor4D,
  key: tf.Tensor4D,
  value: tf.Tensor4D,
  { window, direction, mask }: LocalOptions,
): tf.Tensor4D {
  const [B, L] = query.shape;
  const visible = mask ?? tf.ones<tf.Rank.R2>([B, L]);
  const part = windowPart(query, key, value, { window, direction, visible });
  const [output] = splitPart(part);
  return mask === null ? output : tf.mul(output, tf.reshape(mask, [B, L, 1, 1]));
}

interface WindowOptions extends Omit<LocalOptions, "mask"> {
  /** [B, L], 1 = a key that may be seen. */
  readonly visible: tf.Tensor2D;
}

/** As `localAttention`, with the logarithm of the denominator as last column: [B, L, H, D + 1]. */
export function windowPart(
  query: tf.Tensor4D,
  key: tf.Tensor4D,
  value: tf.Tensor4D,
  { window, direction, visible }: WindowOptions,
): tf.Tensor4D {
  const [B, L, H, D] = query.shape;
  const C = Math.min(window, L);
  const N = Math.ceil(L / C);
  const before = N > 1 ? 1 : 0;
  const around = { before, after: direction === "causal" ? 0 : before };
  const W = C * (around.before + 1 + around.after);
  const chunked = (x: tf.Tensor4D) => splitChunks(tf.reshape(x, [B, L, H * D]), C);
  const windows = (x: tf.Tensor4D) =>
    headsFirst(tf.reshape(withNeighbours(chunked(x), around), [B * N, W, H, D]));

  const seen = withNeighbours(splitChunks(tf.reshape(visible, [B, L, 1]), C), around);
  const hidden = tf.mul(tf.sub(1, tf.reshape(seen, [B * N, 1, 1, W])), UNSEEN);
  const part = partialAttention(
    headsFirst(tf.reshape(chunked(query), [B * N, C, H, D])),
    windows(key),
    windows(value),
    tf.add(hidden, outsidePenalty(C, W, around, { window, direction })),
  ); // [B N, H, C, D + 1]
  const chunks = tf.reshape(headsFirst(part), [B, N, C, H * (D + 1)]);
  return tf.reshape(joinChunks(chunks as tf.Tensor4D, L), [B, L, H, D + 1]);
}

/** [C, W]: 0 where the position of the row sees that of the column, else UNSEEN. */
function outsidePenalty(
  C: number,
  W: number,
  { before }: Neighbours,
  { window, direction }: Pick<LocalOptions, "window" | "direction">,
): tf.Tensor2D {
  const row = tf.reshape(tf.range(before * C, before * C + C), [C, 1]);
  const distance = tf.sub(row, tf.reshape(tf.range(0, W), [1, W])); // i - j
  const far = tf.greater(tf.abs(distance), window);
  const outside = direction === "causal" ? tf.logicalOr(far, tf.less(distance, 0)) : far;
  return tf.mul(tf.cast(outside, "float32"), UNSEEN);
}
