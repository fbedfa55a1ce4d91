/**
 * Where a head looks, in one number and one word: the hint under each small map.
 * A reading aid, not a classification; the thresholds below are ours.
 */

/** Residues to each side that count as near. */
const NEAR = 5;
/** From this multiple of the uniform head's attention to near residues on, a head is local. */
const LOCAL_ENRICHMENT = 2;
/** Under this coefficient of variation the cells of a map are alike. */
const FLAT_VARIATION = 0.25;
/** From this share of the cells' variance that lies between columns on, a head is striped. */
const STRIPED_SHARE = 0.5;

/**
 * local: near residues most. striped: the same residues from everywhere. flat: all residues alike.
 * mixed: none of these.
 */
type HeadPattern = "local" | "striped" | "flat" | "mixed";

export interface HeadReading {
  /** Σ a(i,j)·|i−j| / Σ a(i,j), residues (Vig et al. 2020, mean attention distance). */
  readonly meanDistance: number;
  readonly pattern: HeadPattern;
}

/**
 * Reads one map.
 * @param map row-major [L, L], row = query.
 * @throws {RangeError} where the map is not `length` × `length`.
 */
export function readHead(map: ArrayLike<number>, length: number): HeadReading {
  if (map.length !== length * length) {
    throw new RangeError(`readHead: expected ${length} × ${length} values, got ${map.length}`);
  }
  const columns = new Float64Array(length);
  let [total, squares, weighted, near, nearCells] = [0, 0, 0, 0, 0];
  for (let i = 0; i < length; i++) {
    for (let j = 0; j < length; j++) {
      const weight = map[i * length + j] ?? 0;
      const distance = Math.abs(i - j);
      total += weight;
      squares += weight * weight;
      weighted += weight * distance;
      columns[j] = (columns[j] ?? 0) + weight;
      if (distance <= NEAR) {
        near += weight;
        nearCells += 1;
      }
    }
  }
  if (total === 0) return { meanDistance: 0, pattern: "flat" };
  const mean = total / map.length;
  const variance = squares / map.length - mean * mean;
  const betweenColumns =
    columns.reduce((sum, column) => sum + (column / length - mean) ** 2, 0) / length;
  const pattern = patternOf({
    nearEnrichment: near / nearCells / mean,
    variation: Math.sqrt(Math.max(0, variance)) / mean,
    columnShare: betweenColumns / variance,
  });
  return { meanDistance: weighted / total, pattern };
}

interface MapStatistics {
  /** Mean attention to near residues, in units of the mean over all. */
  readonly nearEnrichment: number;
  /** Standard deviation of the cells, in units of their mean. */
  readonly variation: number;
  /** Share of the cells' variance that the means of columns have. */
  readonly columnShare: number;
}

function patternOf({ nearEnrichment, variation, columnShare }: MapStatistics): HeadPattern {
  if (variation < FLAT_VARIATION) return "flat";
  if (nearEnrichment >= LOCAL_ENRICHMENT) return "local";
  return columnShare >= STRIPED_SHARE ? "striped" : "mixed";
}

/** [L] share of the map's attention that each residue receives; sums to 1 unless the map is zero. */
export function attentionReceived(map: ArrayLike<number>, length: number): number[] {
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
