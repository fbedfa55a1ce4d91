/** Pairs of residues with their scores as lines of CSV, each pair once. */
import type { ContactMap } from "@performer/interpret";

export interface ContactLinesOptions {
  readonly map: ContactMap;
  /** One letter a residue. */
  readonly sequence: string;
  /** Least distance of a pair in the sequence. */
  readonly separation: number;
  /** So many of the highest scores, highest first; undefined: all, in the order of the sequence. */
  readonly top: number | undefined;
}

interface Pair {
  /** 0-based, first < second. */
  readonly first: number;
  readonly second: number;
  readonly score: number;
}

export function* contactLines(options: ContactLinesOptions): Generator<string> {
  const { map, sequence, top } = options;
  yield `position_1,residue_1,position_2,residue_2,${map.method === "head" ? "probability" : "score"}\n`;
  const pairs = top === undefined ? pairsOf(options) : highest(pairsOf(options), top);
  for (const { first, second, score } of pairs) {
    yield `${first + 1},${sequence[first]},${second + 1},${sequence[second]},${score.toPrecision(6)}\n`;
  }
}

function* pairsOf({ map, separation }: ContactLinesOptions): Generator<Pair> {
  const { length, scores } = map;
  for (let first = 0; first < length; first++) {
    for (let second = first + separation; second < length; second++) {
      yield { first, second, score: scores[first * length + second] as number };
    }
  }
}

/** Equal scores stay in the order of the sequence. */
function highest(pairs: Iterable<Pair>, count: number): Pair[] {
  return [...pairs].sort((a, b) => b.score - a.score).slice(0, count);
}
