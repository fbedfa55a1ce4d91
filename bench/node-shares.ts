/** Where the nodes of profiled runs spend their time, by groups of them. */
import type { NodeTime } from "@performer/tensorflow/compiled";

/** A Markdown table of those groups that take 1 % and more. */
export function nodeShares(
  times: readonly NodeTime[],
  { runs, groupOf }: { readonly runs: number; readonly groupOf: (time: NodeTime) => string },
): string {
  const sums = new Map<string, number>();
  let total = 0;
  for (const time of times) {
    const group = groupOf(time);
    sums.set(group, (sums.get(group) ?? 0) + time.microseconds);
    total += time.microseconds;
  }
  const rows = [...sums]
    .sort(([, a], [, b]) => b - a)
    .filter(([, sum]) => sum >= total / 100)
    .map(
      ([group, sum]) =>
        `| ${group} | ${((100 * sum) / total).toFixed(1)} % | ${(sum / 1000 / runs).toFixed(1)} |`,
    );
  return ["| nodes | share | ms a run |", "|---|---|---|", ...rows].join("\n");
}
