/** A head of the model and its notation "layer.head", counted from 1, in addresses. */
import type { AttentionResponse } from "@performer/schema";

/** Counted from 0. */
export interface HeadPlace {
  readonly layer: number;
  readonly head: number;
}

export const formatHead = ({ layer, head }: HeadPlace): string => `${layer + 1}.${head + 1}`;

/** null where the text is no such notation. */
export function parseHead(text: string | null): HeadPlace | null {
  const match = /^(\d+)\.(\d+)$/.exec(text ?? "");
  return match ? { layer: Number(match[1]) - 1, head: Number(match[2]) - 1 } : null;
}

/** `place` where the answer has such a head, else null. */
export function headWithin(response: AttentionResponse, place: HeadPlace | null): HeadPlace | null {
  return place && response.maps[place.layer]?.[place.head] !== undefined ? place : null;
}

/** The next or the previous head in reading order, round the ends. */
export function stepHead(response: AttentionResponse, place: HeadPlace, by: 1 | -1): HeadPlace {
  const { numHeads, numLayers } = response;
  const count = numLayers * numHeads;
  const index = (place.layer * numHeads + place.head + by + count) % count;
  return { layer: Math.floor(index / numHeads), head: index % numHeads };
}
