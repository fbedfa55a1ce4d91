/**
 * Two groups of heads, each with an attention of its own: local windows beside linear attention, which
 * cannot look sharply at one position (docs/math.md, eq. C11).
 */
import { concat, slice, type Tensor4D } from "@tensorflow/tfjs-core";

export interface HeadGroups {
  /** Heads of the first group, at least 1 and less than H. */
  readonly count: number;
  /** Where the heads are: 1 in the layout [B, H, L, D], 2 in [B, L, H, D]. */
  readonly axis: 1 | 2;
}

/** The tensors of the first `count` heads, and those of the others. */
export function splitHeads<Name extends string>(
  tensors: Readonly<Record<Name, Tensor4D>>,
  { count, axis }: HeadGroups,
): readonly [Record<Name, Tensor4D>, Record<Name, Tensor4D>] {
  const group = (from: number, to: (heads: number) => number) =>
    Object.fromEntries(
      Object.entries<Tensor4D>(tensors).map(([name, x]) => {
        const begin = [0, 0, 0, 0];
        const size = [...x.shape];
        begin[axis] = from;
        size[axis] = to(x.shape[axis]) - from;
        return [name, slice(x, begin as [number, number, number, number], size as typeof x.shape)];
      }),
    ) as Record<Name, Tensor4D>;
  return [group(0, () => count), group(count, (heads) => heads)];
}

/** What `splitHeads` took apart. */
export function joinHeads(first: Tensor4D, others: Tensor4D, axis: HeadGroups["axis"]): Tensor4D {
  return concat([first, others], axis);
}
