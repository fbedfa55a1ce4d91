/**
 * Which heads a figure shows: four layers from the first to the last, and of each the most local head, the
 * most far-reaching one, and of the rest the one whose weights differ most. By rule, so that nobody picks.
 */

export interface HeadFacts {
  readonly meanDistance: number;
  /** Standard deviation of the map's cells by their mean. */
  readonly variation: number;
}

export interface HeadPlace {
  readonly layer: number;
  readonly head: number;
}

const LAYERS_SHOWN = 4;

/** @param facts [layers][heads]. Fewer layers or heads than wanted: all of them. */
export function chooseHeads(facts: readonly (readonly HeadFacts[])[]): HeadPlace[] {
  return chooseLayers(facts.length).flatMap((layer) => {
    const left = (facts[layer] ?? []).map((fact, head) => ({ ...fact, head }));
    const chosen: number[] = [];
    for (const value of [
      (one: HeadFacts) => -one.meanDistance,
      (one: HeadFacts) => one.meanDistance,
      (one: HeadFacts) => one.variation,
    ]) {
      left.sort((a, b) => value(b) - value(a));
      const best = left.shift();
      if (best !== undefined) chosen.push(best.head);
    }
    return chosen.map((head) => ({ layer, head }));
  });
}

/** As even as whole numbers allow, the first and the last included. */
function chooseLayers(count: number): number[] {
  const shown = Math.min(LAYERS_SHOWN, count);
  return Array.from({ length: shown }, (_, i) =>
    shown === 1 ? 0 : Math.round((i * (count - 1)) / (shown - 1)),
  );
}
