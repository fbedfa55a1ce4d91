/** The statistics as a person reads them. */
import type { SequenceStatistics } from "./sequence-statistics.ts";

const BAR = 40;

export function formatStatistics(statistics: SequenceStatistics): string {
  const { sequences, residues, lengths, composition, odd, lowerCase } = statistics;
  const { shortest, longest, mean, percentiles, bands } = lengths;
  const most = Math.max(...bands.map((band) => band.sequences), 1);
  const percentileRows = Object.entries(percentiles).map(([percent, length]) =>
    row(`${percent} % have at most`, count(length), ""),
  );
  return [
    row("sequences", count(sequences), ""),
    row("residues", count(residues), ""),
    row("in lower case", count(lowerCase), share(lowerCase, residues)),
    "",
    row("shortest", count(shortest), ""),
    ...percentileRows,
    row("longest", count(longest), ""),
    row("mean", mean.toFixed(1), ""),
    "",
    ...bands.map((band) =>
      [
        row(
          `${count(band.from)} to ${count(band.to)}`,
          count(band.sequences),
          share(band.sequences, sequences),
        ),
        "#".repeat(Math.round((BAR * band.sequences) / most)),
      ]
        .join("  ")
        .trimEnd(),
    ),
    "",
    ...byCount(composition).map(([letter, n]) => row(letter, count(n), share(n, residues))),
    "",
    row("sequences with odd letters", count(odd.sequences), share(odd.sequences, sequences)),
    ...byCount(odd.letters).map(([letter, n]) => row(letter, count(n), share(n, residues))),
  ].join("\n");
}

const byCount = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts).sort(([, a], [, b]) => b - a);

const count = (value: number): string => value.toLocaleString("en");

const share = (part: number, whole: number): string =>
  whole === 0 ? "" : `${((100 * part) / whole).toFixed(3)} %`;

const row = (name: string, value: string, note: string): string =>
  `${name.padEnd(28)}${value.padStart(16)}${note.padStart(12)}`.trimEnd();
