/**
 * Sparse attention after BigBird (Zaheer et al. 2020): a window, a few global positions that see all
 * and are seen by all, and random blocks (docs/math.md, eq. C5). The three sets are attended apart and
 * joined by their denominators, so no key counts twice and time and memory are linear in L.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Direction } from "./feature-map.ts";
import { headsFirst } from "./heads-first.ts";
import { windowPart } from "./local-attention.ts";
import { joinChunks, splitChunks } from "./neighbour-chunks.ts";
import { joinParts, partialAttention, splitPart, UNSEEN } from "./partial-attention.ts";

export interface SparseOptions {
  /** Positions seen on each side, and the size of a random block. */
  readonly window: number;
  readonly numGlobal: number;
  /** [blocks of the longest sequence, numRandom]: the blocks that each block sees; distinct in a row. */
  readonly blocks: tf.Tensor2D | null;
  readonly direction: Direction;
  /** [B, L] or null */
  readonly mask: tf.Tensor2D | null;
}

/** query, key, value [B, L, H, D] → [B, L, H, D]; zero at masked positions. */
export function sparseAttention(
  query: tf.Tensor4D,
  key: tf.Tensor4D,
  value: tf.Tensor4D,
  options: SparseOptions,
): tf.Tensor4D {
  const { window, blocks, direction, mask } = options;
  const [B, L] = query.shape;
  const numGlobal = Math.min(options.numGlobal, L);
  const visible = mask ?? tf.ones<tf.Rank.R2>([B, L]);
  const others = tf.mul<tf.Tensor2D>(
    visible,
    tf.cast(tf.greaterEqual(tf.range(0, L), numGlobal), "float32"),
  );
  const inputs = { query, key, value };
  const parts = [windowPart(query, key, value, { window, direction, visible: others })];
  if (numGlobal > 0) parts.push(globalPart(inputs, { numGlobal, direction, visible }));
  for (let slot = 0; slot < (blocks?.shape[1] ?? 0); slot++) {
    const targets = tf.slice(blocks as tf.Tensor2D, [0, slot], [Math.ceil(L / window), 1]);
    parts.push(randomPart(inputs, targets, { window, direction, visible: others }));
  }
  const joined = joinParts(parts);
  const output =
    direction === "bidirectional" && numGlobal > 0
      ? tf.concat([globalRows(inputs, numGlobal, visible), rowsFrom(joined, numGlobal)], 1)
      : joined;
  return mask === null ? output : tf.mul(output, tf.reshape(mask, [B, L, 1, 1]));
}

interface Inputs {
  readonly query: tf.Tensor4D;
  readonly key: tf.Tensor4D;
  readonly value: tf.Tensor4D;
}

interface PartOptions {
  readonly direction: Direction;
  /** [B, L], 1 = a key that may be seen. */
  readonly visible: tf.Tensor2D;
}

/** Every query over the first numGlobal keys, [B, L, H, D + 1]. */
function globalPart(
  { query, key, value }: Inputs,
  { numGlobal, direction, visible }: PartOptions & { numGlobal: number },
): tf.Tensor4D {
  const [B, L] = query.shape;
  const seen = tf.reshape(tf.slice(visible, [0, 0], [B, numGlobal]), [B, 1, 1, numGlobal]);
  const past = tf.lessEqual(
    tf.reshape(tf.range(0, numGlobal), [1, numGlobal]),
    tf.reshape(tf.range(0, L), [L, 1]),
  );
  const bias = hide(direction === "causal" ? tf.mul(seen, tf.cast(past, "float32")) : seen);
  const keys = [key, value].map((x) => headsFirst(rowsTo(x, numGlobal))) as [
    tf.Tensor4D,
    tf.Tensor4D,
  ];
  return headsFirst(partialAttention(headsFirst(query), ...keys, bias));
}

/** The first numGlobal queries over all keys, [B, numGlobal, H, D]. */
function globalRows(
  { query, key, value }: Inputs,
  numGlobal: number,
  visible: tf.Tensor2D,
): tf.Tensor4D {
  const [B, L] = query.shape;
  const bias = hide(tf.reshape(visible, [B, 1, 1, L]));
  const queries = headsFirst(rowsTo(query, numGlobal));
  const part = partialAttention(queries, headsFirst(key), headsFirst(value), bias);
  return headsFirst(splitPart(part)[0]);
}

/**
 * Each block of queries over one other block of keys, less those in the window, [B, L, H, D + 1].
 * @param targets [N, 1], the block that each block sees; one behind the sequence's end is not seen.
 */
function randomPart(
  { query, key, value }: Inputs,
  targets: tf.Tensor2D,
  { window, direction, visible }: PartOptions & { window: number },
): tf.Tensor4D {
  const [B, L, H, D] = query.shape;
  const C = Math.min(window, L);
  const N = Math.ceil(L / C);
  const own = tf.reshape(tf.range(0, N), [N, 1]);
  // a block sees nothing of itself here, since all of it lies in the window
  const target = tf.where(tf.less(targets, N), targets, own);
  const row = tf.add(tf.mul(tf.reshape(tf.range(0, B), [B, 1]), N), tf.reshape(target, [1, N]));
  const index = tf.cast<tf.Tensor1D>(tf.reshape(row, [B * N]), "int32");
  const chunked = (x: tf.Tensor4D) => splitChunks(tf.reshape(x, [B, L, H * D]), C);
  const gathered = (x: tf.Tensor4D) =>
    tf.gather(tf.reshape<tf.Rank.R2>(chunked(x), [B * N, C * H * D]), index);
  const byHead = (x: tf.Tensor) => headsFirst(tf.reshape<tf.Rank.R4>(x, [B * N, C, H, D]));

  const within = tf.range(0, C);
  const distance = tf.sub(
    tf.add(tf.reshape(tf.mul(own, C), [N, 1, 1]), tf.reshape(within, [1, C, 1])),
    tf.add(tf.reshape(tf.mul(target, C), [N, 1, 1]), tf.reshape(within, [1, 1, C])),
  ); // i - j, [N, C, C]
  const inside =
    direction === "causal" ? tf.greater(distance, window) : tf.greater(tf.abs(distance), window);
  const keys = tf.gather(
    tf.reshape<tf.Rank.R2>(splitChunks(tf.reshape(visible, [B, L, 1]), C), [B * N, C]),
    index,
  );
  const seen = tf.mul(tf.reshape(keys, [B, N, 1, C]), tf.cast(inside, "float32"));
  const part = partialAttention(
    byHead(chunked(query)),
    byHead(gathered(key)),
    byHead(gathered(value)),
    hide(tf.reshape(seen, [B * N, 1, C, C])),
  );
  const chunks = tf.reshape<tf.Rank.R4>(headsFirst(part), [B, N, C, H * (D + 1)]);
  return tf.reshape(joinChunks(chunks, L), [B, L, H, D + 1]);
}

/** 0 where seen is 1, UNSEEN where it is 0. */
function hide(seen: tf.Tensor): tf.Tensor {
  return tf.mul(tf.sub(1, seen), UNSEEN);
}

function rowsTo(x: tf.Tensor4D, end: number): tf.Tensor4D {
  return tf.slice(x, [0, 0, 0, 0], [x.shape[0], end, x.shape[2], x.shape[3]]);
}

function rowsFrom(x: tf.Tensor4D, start: number): tf.Tensor4D {
  const [B, L, H, D] = x.shape;
  return tf.slice(x, [0, start, 0, 0], [B, L - start, H, D]);
}
