/**
 * Where a head looks, in one number and one word: the hint under each small map.
 * A reading aid, not a classification; the thresholds below are ours.
 */

/** Times as much attention as a uniform head would pay there: from here on a pattern is named. */
const ENRICHED = 2.5;
/** Residues to each side that count as near. */
const NEAR = 5;

export type HeadPattern = "local" | "striped" | "diffuse";

export interface HeadReading {
  /** Σ a(i,j)·|i−j| / Σ a(i,j), residues (Vig et al. 2020, mean attention distance). */
  readonly meanDistance: number;
  readonly pattern: HeadPattern;
}

/**
 * Reads one map. A head that pays more than ENRICHED times the uniform head's attention to the nearest
 * residues is local; one that pays it to its most attended tenth of residues is striped.
 * @param map row-major [L, L], row = query.
 * @throws {RangeError} where the map is not `length` × `length`.
 */
export function readHead(map: readonly number[], length: number): HeadReading {
  if (map.length !== length * length) {
    throw new RangeError(`readHead: expected ${length} × ${length} values, got ${map.length}`);
  }
  let weighted = 0;
  let near = 0;
  let nearCells = 0;
  let total = 0;
  for (let i = 0; i < length; i++) {
    for (let j = 0; j < length; j++) {
      const weight = map[i * length + j] ?? 0;
      const distance = Math.abs(i - j);
      weighted += weight * distance;
      total += weight;
      if (distance <= NEAR) {
        near += weight;
        nearCells += 1;
      }
    }
  }
  if (total === 0) return { meanDistance: 0, pattern: "diffuse" };
  const nearEnrichment = near / total / (nearCells / length ** 2);
  const striped = topTenthEnrichment(attentionReceived(map, length)) >= ENRICHED;
  return {
    meanDistance: weighted / total,
    pattern: nearEnrichment >= ENRICHED ? "local" : striped ? "striped" : "diffuse",
  };
}

/** Attention of the most attended tenth of the residues, as a multiple of a tenth. */
function topTenthEnrichment(received: readonly number[]): number {
  const descending = [...received].sort((a, b) => b - a);
  const tenth = descending.slice(0, Math.ceil(received.length / 10));
  const share = tenth.reduce((sum, value) => sum + value, 0);
  return share / (tenth.length / received.length);
}

/** [L] share of the map's attention that each residue receives; sums to 1 unless the map is zero. */
export function attentionReceived(map: readonly number[], length: number): number[] {
  const received = new Array<number>(length).fill(0);
  let total = 0;
  for (let i = 0; i < length; i++) {
    for (let j = 0; j < length; j++) {
      const weight = map[i * length + j] ?? 0;
      received[j] = (received[j] ?? 0) + weight;
      total += weight;
    }
  }
  return total > 0 ? received.map((sum) => sum / total) : received;
}
