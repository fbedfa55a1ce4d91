/** A head of the model and its notation "layer.head", counted from 1, in addresses. */

/** Counted from 0. */
export interface HeadPlace {
  readonly layer: number;
  readonly head: number;
}

/** How many there are. */
export interface HeadCounts {
  readonly numLayers: number;
  readonly numHeads: number;
}

export const formatHead = ({ layer, head }: HeadPlace): string => `${layer + 1}.${head + 1}`;

/** null where the text is no such notation. */
export function parseHead(text: string | null): HeadPlace | null {
  const match = /^(\d+)\.(\d+)$/.exec(text ?? "");
  return match ? { layer: Number(match[1]) - 1, head: Number(match[2]) - 1 } : null;
}

/** `place` where the model has such a head, else null. */
export function headWithin(counts: HeadCounts, place: HeadPlace | null): HeadPlace | null {
  if (place === null) return null;
  const { layer, head } = place;
  const there = layer >= 0 && layer < counts.numLayers && head >= 0 && head < counts.numHeads;
  return there ? place : null;
}

/** The next or the previous head in reading order, round the ends. */
export function stepHead(
  { numLayers, numHeads }: HeadCounts,
  place: HeadPlace,
  by: 1 | -1,
): HeadPlace {
  const count = numLayers * numHeads;
  const index = (place.layer * numHeads + place.head + by + count) % count;
  return { layer: Math.floor(index / numHeads), head: index % numHeads };
}
