/** Figures of the contenders, and the table that shows them. */
import type { LoadResult } from "./load.ts";
import { quantile } from "./quantile.ts";

export interface ServeRow {
  readonly name: string;
  readonly clients: number;
  /** Of the rounds, sorted. */
  readonly residuesPerSecond: readonly number[];
  /** Of all answers of all rounds, sorted. */
  readonly latenciesMs: readonly number[];
  readonly refused: number;
}

export function summarize(name: string, clients: number, results: readonly LoadResult[]): ServeRow {
  return {
    name,
    clients,
    residuesPerSecond: results
      .map(({ residues, seconds }) => residues / seconds)
      .toSorted((a, b) => a - b),
    latenciesMs: results.flatMap((result) => result.latenciesMs).toSorted((a, b) => a - b),
    refused: results.reduce((sum, result) => sum + result.refused, 0),
  };
}

/** Markdown. */
export function formatTable(rows: readonly ServeRow[]): string {
  const cells = rows.map(({ name, clients, residuesPerSecond, latenciesMs, refused }) => {
    const [low, high] = [residuesPerSecond[0] ?? 0, residuesPerSecond.at(-1) ?? 0];
    return [
      String(clients),
      name,
      `${quantile(residuesPerSecond, 0.5).toFixed(0)} (${low.toFixed(0)}-${high.toFixed(0)})`,
      quantile(latenciesMs, 0.5).toFixed(0),
      quantile(latenciesMs, 0.99).toFixed(0),
      String(latenciesMs.length),
      String(refused),
    ];
  });
  const head = ["clients", "contender", "residues/s", "p50, ms", "p99, ms", "answers", "refused"];
  return [head, head.map(() => "---"), ...cells].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
