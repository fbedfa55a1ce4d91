/**
 * /health while the largest requests of each kind run, one kind after the other: the event loop must not
 * wait for the model. GET /health is asked every 5 ms on a connection of its own.
 */
import { setTimeout } from "node:timers/promises";
import { quantile } from "./quantile.ts";

export interface HealthRow {
  readonly work: string;
  readonly workMs: number;
  /** Sorted. */
  readonly latenciesMs: readonly number[];
}

/** Residues of the longest sequence that models/5m takes. */
const LONGEST = 1_022;
/** So many sequences of that length make an answer of the four million numbers that are allowed. */
const MOST_SEQUENCES = 15;
const PAUSE_MS = 5;

const letters = "MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQ".repeat(31).slice(0, LONGEST);
const largest: readonly { work: string; path: string; body?: object }[] = [
  {
    work: `embeddings, ${MOST_SEQUENCES} × ${LONGEST} residues, JSON`,
    path: "embeddings",
    body: { sequences: Array(MOST_SEQUENCES).fill(letters), include: "residues" },
  },
  {
    work: `attention, ${LONGEST} residues, 3 of 48 maps whole`,
    path: "attention",
    body: { sequence: letters, layers: [0], heads: [0, 1, 2] },
  },
  {
    work: `masked marginals, ${LONGEST} residues`,
    path: "mutations",
    body: { sequence: letters, method: "masked-marginals" },
  },
  { work: "similarity", path: "similarity" },
];

/** @throws {Error} where a request is refused: its latency would say nothing. */
export async function measureHealth(url: string): Promise<HealthRow[]> {
  const rows: HealthRow[] = [];
  for (const { work, path, body } of largest) {
    let isDone = false;
    const startedAt = performance.now();
    const working = answer(`${url}/v1/${path}`, body).finally(() => {
      isDone = true;
    });
    const latenciesMs: number[] = [];
    while (!isDone) {
      const askedAt = performance.now();
      await (await fetch(`${url}/health`)).arrayBuffer();
      latenciesMs.push(performance.now() - askedAt);
      await setTimeout(PAUSE_MS);
    }
    await working;
    latenciesMs.sort((a, b) => a - b);
    rows.push({ work, workMs: performance.now() - startedAt, latenciesMs });
  }
  return rows;
}

async function answer(url: string, body: object | undefined): Promise<void> {
  const response = await fetch(
    url,
    body && {
      method: "POST",
      // masked marginals of a long protein take longer than the default deadline
      headers: { "Content-Type": "application/json", "X-Deadline-Ms": "600000" },
      body: JSON.stringify(body),
    },
  );
  if (!response.ok) {
    throw new Error(`measureHealth: ${url} answered ${response.status}: ${await response.text()}`);
  }
  for await (const _ of response.body ?? []);
}

/** Markdown. */
export function formatHealth(rows: readonly HealthRow[]): string {
  const cells = rows.map(({ work, workMs, latenciesMs }) => [
    work,
    (workMs / 1000).toFixed(1),
    String(latenciesMs.length),
    ...[0.5, 0.99, 1].map((share) => quantile(latenciesMs, share).toFixed(1)),
  ]);
  const head = ["request", "took, s", "/health asked", "p50, ms", "p99, ms", "longest, ms"];
  return [head, head.map(() => "---"), ...cells].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
