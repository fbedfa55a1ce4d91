/** What a set of sequences is made of, letter by letter as the files have them; exact, in one pass. */
import { type FastaRecord, STANDARD_RESIDUES } from "@performer/proteins";

interface LengthBand {
  /** Residues, both ends included. */
  readonly from: number;
  readonly to: number;
  readonly sequences: number;
}

export interface SequenceStatistics {
  readonly sequences: number;
  /** Letters of all sequences, the odd ones included. */
  readonly residues: number;
  readonly lengths: {
    readonly shortest: number;
    readonly longest: number;
    readonly mean: number;
    /** Length that so many percent of the sequences do not exceed (nearest rank). */
    readonly percentiles: Readonly<Record<"5" | "25" | "50" | "75" | "95" | "99", number>>;
    /** Between powers of two. */
    readonly bands: readonly LengthBand[];
  };
  /** Occurrences of each of the 20 standard residues, either case. */
  readonly composition: Readonly<Record<string, number>>;
  readonly odd: {
    /** Occurrences of every other letter or sign, in upper case. */
    readonly letters: Readonly<Record<string, number>>;
    /** Sequences with at least one of them. */
    readonly sequences: number;
  };
  /** Letters in lower case: soft-masked regions. */
  readonly lowerCase: number;
}

const isLowerCase = (code: number): boolean => code >= 0x61 && code <= 0x7a;
const standardCodes = new Set(Array.from(STANDARD_RESIDUES, (letter) => letter.charCodeAt(0)));

/** @throws whatever reading the records throws. */
export async function describeSequences(
  records: AsyncIterable<Pick<FastaRecord, "sequence">>,
): Promise<SequenceStatistics> {
  const byCode = new Float64Array(256);
  const byLength = new Map<number, number>();
  const isOdd = Uint8Array.from({ length: 256 }, (_, code) =>
    standardCodes.has(upperCase(code)) ? 0 : 1,
  );
  let oddSequences = 0;
  for await (const { sequence } of records) {
    let odd = 0;
    for (let i = 0; i < sequence.length; i++) {
      const code = sequence[i]!;
      byCode[code]!++;
      odd |= isOdd[code]!;
    }
    oddSequences += odd;
    byLength.set(sequence.length, (byLength.get(sequence.length) ?? 0) + 1);
  }

  const composition = Object.fromEntries(Array.from(STANDARD_RESIDUES, (letter) => [letter, 0]));
  const letters: Record<string, number> = {};
  let lowerCase = 0;
  for (const [code, count] of byCode.entries()) {
    if (count === 0) continue;
    const upper = upperCase(code);
    const counts = standardCodes.has(upper) ? composition : letters;
    const letter = String.fromCharCode(upper);
    counts[letter] = (counts[letter] ?? 0) + count;
    if (isLowerCase(code)) lowerCase += count;
  }
  const lengths = [...byLength].sort(([a], [b]) => a - b);
  const sequences = lengths.reduce((sum, [, count]) => sum + count, 0);
  const residues = lengths.reduce((sum, [length, count]) => sum + length * count, 0);
  return {
    sequences,
    residues,
    lengths: describeLengths(lengths, sequences, residues),
    composition,
    odd: { letters, sequences: oddSequences },
    lowerCase,
  };
}

/** @param lengths [length, sequences of that length], shortest first. */
function describeLengths(
  lengths: readonly (readonly [number, number])[],
  sequences: number,
  residues: number,
): SequenceStatistics["lengths"] {
  const percentile = (percent: number): number => {
    let rank = Math.max(1, Math.ceil((percent / 100) * sequences));
    for (const [length, count] of lengths) {
      rank -= count;
      if (rank <= 0) return length;
    }
    return 0; // of no sequences at all
  };
  return {
    shortest: lengths[0]?.[0] ?? 0,
    longest: lengths.at(-1)?.[0] ?? 0,
    mean: sequences === 0 ? 0 : residues / sequences,
    percentiles: {
      "5": percentile(5),
      "25": percentile(25),
      "50": percentile(50),
      "75": percentile(75),
      "95": percentile(95),
      "99": percentile(99),
    },
    bands: bandsOf(lengths),
  };
}

function bandsOf(lengths: readonly (readonly [number, number])[]): LengthBand[] {
  const bands = new Map<number, number>();
  for (const [length, count] of lengths) {
    const from = length === 0 ? 0 : 2 ** Math.floor(Math.log2(length));
    bands.set(from, (bands.get(from) ?? 0) + count);
  }
  return [...bands].map(([from, sequences]) => ({
    from,
    to: Math.max(0, 2 * from - 1),
    sequences,
  }));
}

function upperCase(code: number): number {
  return isLowerCase(code) ? code - 0x20 : code;
}
