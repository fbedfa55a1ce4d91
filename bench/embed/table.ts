/** Results as a table: a row a set and contender. */
import { quantile } from "../serve/quantile.ts";
import type { ContenderName } from "./options.ts";

export interface EmbedRow {
  readonly set: string;
  readonly contender: ContenderName;
  /** Of the rounds, in any order; none where the contender could not. */
  readonly residuesPerSecond: readonly number[];
  readonly peakBytes: number;
  /** Relative difference of a mean embedding from the reference's; undefined of the reference. */
  readonly difference: number | undefined;
  readonly reason: string | undefined;
}

/** Markdown. */
export function formatTable(rows: readonly EmbedRow[]): string {
  const cells = rows.map(({ set, contender, residuesPerSecond, peakBytes, difference, reason }) => {
    const sorted = residuesPerSecond.toSorted((a, b) => a - b);
    const speed = `${quantile(sorted, 0.5).toFixed(0)} (${sorted[0]?.toFixed(0)}-${sorted.at(-1)?.toFixed(0)})`;
    return [
      set,
      contender,
      reason ?? speed,
      reason === undefined ? (peakBytes / 2 ** 30).toFixed(2) : "",
      difference === undefined ? "" : difference.toExponential(1),
    ];
  });
  const head = ["set", "contender", "residues/s", "peak so far, GiB", "differs from the reference"];
  return [head, head.map(() => "---"), ...cells].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
